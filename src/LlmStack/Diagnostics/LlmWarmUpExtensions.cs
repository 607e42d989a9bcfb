using LlmStack.Diagnostics;

namespace LlmStack;

/// <summary>Prepares everything that the first call would otherwise pay for.</summary>
public static class LlmWarmUpExtensions
{
    /// <summary>
    /// Fetches every provider's credential, connects to its server with a request that costs no tokens, and has the runtime compile
    /// the path of a call. A server that cannot be reached is reported, not thrown: it may be up when it is needed.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="cancellationToken">Cancels the warm-up.</param>
    /// <returns>One entry for each provider, ordered by name.</returns>
    /// <exception cref="NotSupportedException"><paramref name="client"/> is not LlmStack's own (for instance a substitute in a test).</exception>
    public static Task<IReadOnlyList<ProviderWarmUp>> WarmUpAsync(this ILlmClient client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.GetService(typeof(ProviderProbe)) is ProviderProbe probe
            ? probe.WarmUpAsync(cancellationToken)
            : throw new NotSupportedException("This client has no providers to warm up.");
    }
}
