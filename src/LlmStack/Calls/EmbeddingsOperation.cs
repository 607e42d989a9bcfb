using System.Runtime.CompilerServices;
using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Embeddings, cut into the provider's batch size. All chunks of a call go to one deployment: vectors of different models are not comparable.</summary>
internal struct EmbeddingsOperation(IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options) : ICallOperation<GeneratedEmbeddings<Embedding<float>>>
{
    private IReadOnlyList<string> _inputs = inputs;
    private EmbeddingGenerationOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.Embeddings;

    public readonly bool Streaming => false;

    public readonly ValueTask<GeneratedEmbeddings<Embedding<float>>> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken)
    {
        IEmbeddingProvider embeddings = provider.Embeddings!;
        int end = EmbeddingChunk.EndOf(_inputs, 0, embeddings);
        return end == _inputs.Count
            ? EmbedChunkAsync(embeddings, attempt.Call, _inputs, provider.Name, cancellationToken)
            : EmbedChunkedAsync(embeddings, attempt.Call, end, provider.Name, cancellationToken);
    }

    public void Detach()
    {
        _inputs = [.. _inputs];
        _options = _options?.Clone();
    }

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(GeneratedEmbeddings<Embedding<float>> result) => result.Count == 0;

    public readonly ValueTask DiscardAsync(GeneratedEmbeddings<Embedding<float>> result) => ValueTask.CompletedTask;

    public readonly void Describe(GeneratedEmbeddings<Embedding<float>> result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ModelId = result.Count > 0 ? result[0].ModelId : null;
    }

    public readonly GeneratedEmbeddings<Embedding<float>> Attach(GeneratedEmbeddings<Embedding<float>> result, CallRoute route)
    {
        (result.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;
        return result;
    }

    public readonly int EstimateInput(ITokenEstimator estimator)
    {
        long tokens = 0;
        for (int i = 0; i < _inputs.Count; i++)
        {
            tokens += estimator.EstimateTokens(_inputs[i]);
        }

        return (int)Math.Min(tokens, int.MaxValue);
    }

    /// <summary>A vector too few would give every later text the vector of another.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private readonly async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedChunkAsync(IEmbeddingProvider embeddings, ProviderCall call, IReadOnlyList<string> chunk, string provider, CancellationToken cancellationToken)
    {
        GeneratedEmbeddings<Embedding<float>>? part = await embeddings.EmbedAsync(call, chunk, _options, cancellationToken).ConfigureAwait(false);
        return part?.Count == chunk.Count
            ? part
            : throw new LlmException(LlmErrorKind.InvalidResponse, $"The provider '{provider}' returned {part?.Count ?? 0} vectors for {chunk.Count} inputs.") { Provider = provider };
    }

    private readonly async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedChunkedAsync(IEmbeddingProvider embeddings, ProviderCall call, int firstEnd, string provider, CancellationToken cancellationToken)
    {
        var all = new GeneratedEmbeddings<Embedding<float>>(_inputs.Count);
        UsageDetails? usage = null;
        decimal? cost = 0;
        int end = firstEnd;
        for (int start = 0; start < _inputs.Count; start = end, end = EmbeddingChunk.EndOf(_inputs, start, embeddings))
        {
            int count = end - start;
            var chunk = new string[count];
            for (int i = 0; i < count; i++)
            {
                chunk[i] = _inputs[start + i];
            }

            call.Report.ReportedCost = null;
            GeneratedEmbeddings<Embedding<float>> part = await EmbedChunkAsync(embeddings, call, chunk, provider, cancellationToken).ConfigureAwait(false);
            all.AddRange(part);
            cost += call.Report.ReportedCost;
            if (part.Usage is not null)
            {
                (usage ??= new UsageDetails()).Add(part.Usage);
            }
        }

        all.Usage = usage;
        call.Report.ReportedCost = cost;
        return all;
    }
}
