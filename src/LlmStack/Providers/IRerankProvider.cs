using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>A provider that orders documents by relevance.</summary>
[Experimental("LLMSTACK001")]
public interface IRerankProvider
{
    /// <summary>Orders documents by their relevance to a query.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="query">The query.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    ValueTask<RerankResponse> RerankAsync(ProviderCall call, string query, IReadOnlyList<string> documents, RerankOptions? options, CancellationToken cancellationToken);
}
