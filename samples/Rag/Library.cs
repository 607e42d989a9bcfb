using LlmStack;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace Rag;

/// <summary>A handful of documents and a search over their vectors.</summary>
internal sealed class Library(ILlmClient llm, ILlmTracer tracer)
{
    private static readonly (string Text, float[] Vector)[] Documents =
    [
        ("The zoo opens at nine and closes at six; in winter at five.", [0.9f, 0.1f, 0.2f]),
        ("Children under six enter free of charge.", [0.3f, 0.9f, 0.1f]),
        ("The llamas are fed at eleven and at three.", [0.7f, 0.2f, 0.8f]),
        ("Dogs stay at the gate, where there is water.", [0.1f, 0.3f, 0.4f]),
    ];

    /// <summary>Finds candidates by their vectors, and has them put in order.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string question, int count, CancellationToken cancellationToken)
    {
        using SpanScope search = tracer.StartSpan("vector-search", ObservationType.Retriever);
        search.Input = question;
        search.Index = "zoo-pages";
        search.TopK = count + 1;
        GeneratedEmbeddings<Embedding<float>> vectors = await llm.EmbedAsync("vectors", [question], cancellationToken: cancellationToken);
        string[] near = [.. Documents.OrderByDescending(document => Similarity(document.Vector, vectors[0].Vector.Span)).Take(count + 1).Select(document => document.Text)];
        RerankResponse ranked = await llm.RerankAsync("reranker", question, near, new RerankOptions { TopN = count }, cancellationToken);
        string[] found = [.. ranked.Results.OrderByDescending(result => result.Score).Take(count).Select(result => near[result.Index])];
        search.DocumentCount = found.Length;
        search.Output = found;
        return found;
    }

    private static float Similarity(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float dot = 0;
        float lengths = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * b[i];
            lengths += a[i] * a[i];
        }

        return dot / MathF.Sqrt(lengths);
    }
}
