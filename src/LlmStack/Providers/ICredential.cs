using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>A secret that a provider is called with. Its value appears in no log, trace, exception or <c>ToString</c>.</summary>
[Experimental("LLMSTACK001")]
public interface ICredential
{
    /// <summary>A stable, non-secret id; limits and cooldowns of the key are kept by it.</summary>
    string Id { get; }

    /// <summary>The secret, fetched or refreshed when needed; null when the provider needs none.</summary>
    /// <param name="cancellationToken">Cancels a fetch.</param>
    /// <remarks>Completes synchronously when the value is at hand. <see cref="LlmContext.Current"/> is the caller's.</remarks>
    ValueTask<string?> GetSecretAsync(CancellationToken cancellationToken);

    /// <summary>The provider refused a secret (401): whether another one is at hand now, with which the same request is sent once more.</summary>
    /// <param name="refused">The secret that was refused.</param>
    /// <param name="cancellationToken">Cancels a fetch.</param>
    /// <remarks>A secret that cannot change answers false, which is the default.</remarks>
    ValueTask<bool> RefreshAsync(string refused, CancellationToken cancellationToken) => new(false);
}
