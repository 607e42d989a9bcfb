using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>A provider that turns texts into vectors.</summary>
[Experimental("LLMSTACK001")]
public interface IEmbeddingProvider
{
    /// <summary>The largest number of inputs in one request; larger calls are cut into chunks. 1 or more.</summary>
    int MaxBatchSize { get; }

    /// <summary>The largest number of tokens in one request, estimated; larger calls are cut into chunks. Default: no limit.</summary>
    int MaxBatchTokens => int.MaxValue;

    /// <summary>Returns one vector for each input, in order.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="inputs">At most <see cref="MaxBatchSize"/> texts.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken);
}
