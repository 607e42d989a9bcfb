using System.Numerics;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>The vectors of a group's example utterances, embedded once, on first use.</summary>
/// <param name="model">The name that embeds.</param>
/// <param name="texts">The utterances of all topics, in order.</param>
/// <param name="time">The clock.</param>
internal sealed class SemanticExamples(string model, IReadOnlyList<string> texts, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Task<float[][]?>? _vectors;
    private long _begun;

    public string Model => model;

    /// <summary>One vector for each utterance, made once for all who ask meanwhile; null after a failure, which is not repeated at every call.</summary>
    public Task<float[][]?> LoadAsync(Func<ILlmClient> client, EmbeddingGenerationOptions options)
    {
        lock (_gate)
        {
            bool failed = _vectors is { IsCompletedSuccessfully: true, Result: null };
            if (_vectors is null || (failed && time.GetElapsedTime(_begun) >= RetryAfter))
            {
                _begun = time.GetTimestamp();
                _vectors = EmbedAsync(client, options);
            }
            return _vectors;
        }
    }

    private async Task<float[][]?> EmbedAsync(Func<ILlmClient> client, EmbeddingGenerationOptions options)
    {
        // Not under the lock, and not ended by whoever happened to ask first.
        await Task.Yield();
        try
        {
            GeneratedEmbeddings<Embedding<float>> embedded = await client().EmbedAsync(model, texts, options, CancellationToken.None).ConfigureAwait(false);
            var vectors = new float[texts.Count][];
            for (int i = 0; i < vectors.Length; i++)
            {
                vectors[i] = Normalized(embedded[i].Vector.Span);
            }
            return vectors;
        }
        catch (LlmException)
        {
            return null;
        }
    }

    public static float[] Normalized(ReadOnlySpan<float> vector)
    {
        float[] copy = vector.ToArray();
        float length = MathF.Sqrt(Dot(copy, copy));
        for (int i = 0; i < copy.Length && length > 0; i++)
        {
            copy[i] /= length;
        }
        return copy;
    }

    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        float sum = 0;
        int i = 0;
        for (; i + Vector<float>.Count <= left.Length; i += Vector<float>.Count)
        {
            sum += Vector.Dot(new Vector<float>(left[i..]), new Vector<float>(right[i..]));
        }
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
