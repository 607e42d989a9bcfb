using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Reasoning that only the deployment that made it can decrypt. The maker's id is kept in front of the state, in
/// <see cref="TextReasoningContent.ProtectedData"/>: of all places that one survives coalescing of a stream and serialisation.
/// </summary>
internal static class SealedState
{
    private const string Mark = "llmstack.deployment:";

    /// <summary>State with its maker; unchanged outside the request path, where the deployment has no id.</summary>
    public static string Seal(string state, string deployment) => deployment.Length == 0 ? state : $"{Mark}{deployment}\n{state}";

    /// <summary>State without its maker.</summary>
    public static string Open(string sealedState) => IsSealed(sealedState) ? sealedState[(sealedState.IndexOf('\n', StringComparison.Ordinal) + 1)..] : sealedState;

    /// <summary>Who made a thought's state; null when that is not said.</summary>
    public static string? MakerOf(TextReasoningContent reasoning) =>
        reasoning.ProtectedData is { } data && IsSealed(data) ? data[Mark.Length..data.IndexOf('\n', StringComparison.Ordinal)] : null;

    /// <summary>Who made the last such state of a conversation; null when it has none.</summary>
    public static string? MakerOf(IReadOnlyList<ChatMessage>? messages)
    {
        for (int i = (messages?.Count ?? 0) - 1; i >= 0; i--)
        {
            IList<AIContent> contents = messages![i].Contents;
            for (int j = contents.Count - 1; j >= 0; j--)
            {
                if (contents[j] is TextReasoningContent reasoning && MakerOf(reasoning) is { } maker)
                {
                    return maker;
                }
            }
        }

        return null;
    }

    private static bool IsSealed(string data) => data.StartsWith(Mark, StringComparison.Ordinal) && data.Contains('\n', StringComparison.Ordinal);
}
