using LlmStack;
using Microsoft.Extensions.AI;

namespace QuickStart;

/// <summary>A handful of notes and a search over them: by vectors where there is an embedding model, else by shared words.</summary>
internal static class Notes
{
    private const int Wanted = 2;

    private static readonly string[] All =
    [
        "The field sensor measures soil moisture and temperature every ten minutes.",
        "The battery of the field sensor lasts about fourteen months at one message per hour.",
        "The gateway forwards readings over LTE and keeps three days of them when the network is down.",
        "Calibrate the moisture probe once a year in dry and in saturated soil.",
        "The housing is sealed to IP68 and survives one metre of water for a day.",
    ];

    /// <param name="client">The client.</param>
    /// <param name="group">The embedding group; null to compare words.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The best notes, one a line.</returns>
    public static async Task<string> SearchAsync(ILlmClient client, string? group, string question, CancellationToken cancellationToken)
    {
        if (group is null)
        {
            return Best(note => Words(note).Intersect(Words(question), StringComparer.OrdinalIgnoreCase).Count());
        }

        GeneratedEmbeddings<Embedding<float>> vectors = await client.EmbedAsync(group, [question, .. All], cancellationToken: cancellationToken);
        return Best(note => Similarity(vectors[0].Vector.Span, vectors[1 + Array.IndexOf(All, note)].Vector.Span));
    }

    private static string Best(Func<string, double> score) =>
        string.Join('\n', All.OrderByDescending(score).Take(Wanted).Select(note => "- " + note));

    private static string[] Words(string text) => text.Split([' ', '.', ',', '?'], StringSplitOptions.RemoveEmptyEntries);

    private static double Similarity(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, normA = 0, normB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * b[i];
            normA += a[i] * a[i];
            normB += b[i] * b[i];
        }

        return dot / Math.Sqrt((normA * normB) + double.Epsilon);
    }
}
