namespace LlmStack.Routing;

/// <summary>Announces, in an update's <c>AdditionalProperties</c>, that another deployment goes on with a stream that was lost.</summary>
/// <param name="Lost">The id of the deployment that was lost.</param>
/// <param name="Deployment">The id of the deployment that goes on.</param>
/// <param name="Kind">Why the first one was lost.</param>
/// <param name="Characters">How many characters of text had been delivered.</param>
public sealed record StreamContinuation(string Lost, string Deployment, LlmErrorKind Kind, int Characters)
{
    /// <summary>The key under which it is found: <c>llmstack.continuation</c>.</summary>
    public const string Key = "llmstack.continuation";
}
