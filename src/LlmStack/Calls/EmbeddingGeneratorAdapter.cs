using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
internal sealed class EmbeddingGeneratorAdapter(ILlmClient client, string model) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("llmstack", providerUri: null, model);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        client.EmbedAsync(options?.ModelId ?? model, values, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null)
        {
            if (serviceType == typeof(EmbeddingGeneratorMetadata))
            {
                return _metadata;
            }

            if (serviceType.IsInstanceOfType(this))
            {
                return this;
            }
        }

        return client.GetService(serviceType, serviceKey);
    }

    public void Dispose()
    {
        // The client belongs to the container, not to this name for it.
    }
}
