using System.Text;
using LlmStack.Providers;

namespace LlmStack.Calls;

/// <summary>Where to cut the inputs of one embeddings call so that each part fits the provider's limits.</summary>
internal static class EmbeddingChunk
{
    /// <summary>The index behind the last input of the chunk that starts at <paramref name="start"/>; a text too long for any chunk gets one of its own.</summary>
    public static int EndOf(IReadOnlyList<string> inputs, int start, IEmbeddingProvider provider)
    {
        int end = (int)Math.Min(inputs.Count, (long)start + Math.Max(1, provider.MaxBatchSize));
        int limit = provider.MaxBatchTokens;
        if (limit == int.MaxValue)
        {
            return end;
        }

        long tokens = 0;
        for (int i = start; i < end; i++)
        {
            tokens += AtMost(inputs[i]);
            if (tokens > limit && i > start)
            {
                return i;
            }
        }

        return end;
    }

    /// <summary>More tokens than a tokenizer is likely to make: a chunk too small costs a request, one too large the whole call.</summary>
    private static int AtMost(string text) => Ascii.IsValid(text) ? (text.Length / 3) + 1 : text.Length;
}
