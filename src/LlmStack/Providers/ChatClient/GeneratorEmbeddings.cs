using Microsoft.Extensions.AI;

namespace LlmStack.Providers.ChatClient;

/// <summary>Any embedding generator as an embedding provider.</summary>
internal sealed class GeneratorEmbeddings(string name, IEmbeddingGenerator<string, Embedding<float>> generator) : IEmbeddingProvider
{
    /// <summary>The generator knows its own limits; this is the largest that is usual.</summary>
    public int MaxBatchSize => 2048;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        ClientCapture.Texts(call.Capture, inputs);
        EmbeddingGenerationOptions clone = options?.Clone() ?? new EmbeddingGenerationOptions();
        clone.ModelId = call.Model;
        GeneratedEmbeddings<Embedding<float>> result;
        try
        {
            result = await generator.GenerateAsync(inputs, clone, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Exception translated = ForeignErrors.Translate(e, name, call.Report, cancellationToken);
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }

        call.Report.RequestSent = true;
        return result.Count == inputs.Count
            ? result
            : throw new LlmException(LlmErrorKind.InvalidResponse, $"Provider '{name}' gave {result.Count} embeddings for {inputs.Count} inputs.") { Provider = name };
    }
}
