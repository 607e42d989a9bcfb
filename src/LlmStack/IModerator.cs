using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>A group whose models say whether contents are harmful.</summary>
/// <remarks>Thread-safe. Failures surface as <see cref="LlmException"/>, the caller's own cancellation as <see cref="OperationCanceledException"/>.</remarks>
public interface IModerator
{
    /// <summary>Judges texts, each on its own.</summary>
    /// <param name="texts">The texts; at least one. Enumerated once.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One result for each text, in their order.</returns>
    /// <exception cref="LlmException">No deployment could serve the call.</exception>
    Task<ModerationResponse> ModerateAsync(IEnumerable<string> texts, ModerationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Judges contents together, for instance an image with its caption.</summary>
    /// <param name="contents">Texts and images (as data or address); at least one. Enumerated once.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One result.</returns>
    /// <exception cref="LlmException">No deployment could serve the call, or a content is neither text nor image.</exception>
    Task<ModerationResponse> ModerateAsync(IEnumerable<AIContent> contents, ModerationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gives access to a service behind the client; null when there is none.</summary>
    /// <param name="serviceType">The type asked for.</param>
    /// <param name="serviceKey">An optional key.</param>
    object? GetService(Type serviceType, object? serviceKey = null);
}
