using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>A provider that says whether contents are harmful.</summary>
[Experimental("LLMSTACK001")]
public interface IModerationProvider
{
    /// <summary>Judges texts, each on its own.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>As many results as texts, in their order.</returns>
    ValueTask<ModerationResponse> ModerateAsync(ProviderCall call, IReadOnlyList<string> texts, ModerationOptions? options, CancellationToken cancellationToken);

    /// <summary>Judges contents together.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="contents">Texts and images, at least one.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>One result.</returns>
    ValueTask<ModerationResponse> ModerateAsync(ProviderCall call, IReadOnlyList<AIContent> contents, ModerationOptions? options, CancellationToken cancellationToken);
}
