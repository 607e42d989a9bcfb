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
}
