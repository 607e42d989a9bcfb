namespace LlmStack.Providers.Http;

/// <summary>What a request is written in, and what its answer is wanted in.</summary>
/// <param name="Content">Of the body.</param>
/// <param name="Accept">Of the answer.</param>
internal readonly record struct MediaTypes(string Content, string Accept)
{
    public const string Json = "application/json";
}
