using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>
/// Assigns by meaning: the last user message is embedded and compared with example utterances, whose vectors are kept. The embedding is a
/// call of its own, under the request's policy wishes and its caller's permissions; when it fails, nothing is classified.
/// </summary>
internal sealed class SemanticClassifier(Func<ILlmClient> client, IReadOnlyList<SemanticTopic> topics, SemanticExamples examples) : IRequestClassifier
{
    private static readonly TimeSpan LongestEmbedding = TimeSpan.FromSeconds(5);

    /// <summary>The topic of each example.</summary>
    private readonly (RouteHints Hints, float Threshold)[] _topics =
        [.. topics.SelectMany(static topic => Enumerable.Repeat((new RouteHints { Tier = topic.Name }, topic.Threshold), topic.Examples.Count))];

    public async ValueTask<RouteHints> ClassifyAsync(RouteRequest request, CancellationToken cancellationToken)
    {
        if (LastUserText(request.Messages) is not { Length: > 0 } text)
        {
            return RouteHints.None;
        }
        try
        {
            EmbeddingGenerationOptions options = Policy(request.Routing);
            if (await examples.LoadAsync(client, options).WaitAsync(cancellationToken).ConfigureAwait(false) is not { } vectors)
            {
                return RouteHints.None;
            }
            GeneratedEmbeddings<Embedding<float>> embedded = await client().EmbedAsync(examples.Model, [text], options, cancellationToken).ConfigureAwait(false);
            return Nearest(vectors, SemanticExamples.Normalized(embedded[0].Vector.Span));
        }
        catch (LlmException)
        {
            return RouteHints.None;
        }
    }

    private RouteHints Nearest(float[][] vectors, float[] vector)
    {
        RouteHints best = RouteHints.None;
        float highest = float.NegativeInfinity;
        for (int i = 0; i < vectors.Length; i++)
        {
            (RouteHints hints, float threshold) = _topics[i];
            float similarity = vectors[i].Length == vector.Length ? SemanticExamples.Dot(vectors[i], vector) : float.NegativeInfinity;
            if (similarity >= threshold && similarity > highest)
            {
                (best, highest) = (hints, similarity);
            }
        }
        return best;
    }

    /// <summary>What binds the request binds its embedding: where it may be sent and who may keep it. It must not hold up the call for long.</summary>
    private static EmbeddingGenerationOptions Policy(RoutingOptions? routing) => ((EmbeddingGenerationOptions?)null).WithRouting(new RoutingOptions
    {
        Region = routing?.Region,
        ForbidTraining = routing?.ForbidTraining ?? false,
        MaxRetention = routing?.MaxRetention,
        Deadline = LongestEmbedding,
        MaxAttempts = 2,
    });

    private static string? LastUserText(IReadOnlyList<ChatMessage>? messages)
    {
        for (int i = (messages?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (messages![i].Role == ChatRole.User)
            {
                return messages[i].Text;
            }
        }
        return null;
    }
}
