namespace LlmStack.Testing;

/// <summary>A tool call that a provider under test is made to send.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool.</param>
/// <param name="ArgumentPieces">The JSON of the arguments; a format that streams arguments sends each piece on its own.</param>
public sealed record CannedToolCall(string Id, string Name, IReadOnlyList<string> ArgumentPieces)
{
    /// <summary>The whole JSON of the arguments.</summary>
    public string Arguments => string.Concat(ArgumentPieces);
}
