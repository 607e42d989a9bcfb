using System.Numerics;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>
/// Assigns by meaning: the last user message is embedded and compared with example utterances, whose vectors are kept. The embedding is a
/// call of its own, under the request's policy wishes and its caller's permissions; when it fails, nothing is classified.
/// </summary>
internal sealed class SemanticClassifier(Func<ILlmClient> client, string model, IReadOnlyList<SemanticTopic> topics, TimeProvider time) : IRequestClassifier
{
    private static readonly TimeSpan LongestEmbedding = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryExamplesAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Task<(RouteHints Hints, float Threshold, float[] Vector)[]?>? _examples;
    private long _begun;

    public async ValueTask<RouteHints> ClassifyAsync(RouteRequest request, CancellationToken cancellationToken)
    {
        if (LastUserText(request.Messages) is not { Length: > 0 } text)
        {
            return RouteHints.None;
        }
        try
        {
            EmbeddingGenerationOptions options = Policy(request.Routing);
            if (await ExamplesAsync(options).WaitAsync(cancellationToken).ConfigureAwait(false) is not { } examples)
            {
                return RouteHints.None;
            }
            GeneratedEmbeddings<Embedding<float>> embedded = await client().EmbedAsync(model, [text], options, cancellationToken).ConfigureAwait(false);
            return Nearest(examples, Normalized(embedded[0].Vector.Span));
        }
        catch (LlmException)
        {
            return RouteHints.None;
        }
    }

    /// <summary>Embeds the examples once, for all who ask meanwhile; a failure is not repeated at every call.</summary>
    private Task<(RouteHints Hints, float Threshold, float[] Vector)[]?> ExamplesAsync(EmbeddingGenerationOptions options)
    {
        lock (_gate)
        {
            bool failed = _examples is { IsCompletedSuccessfully: true, Result: null };
            if (_examples is null || (failed && time.GetElapsedTime(_begun) >= RetryExamplesAfter))
            {
                _begun = time.GetTimestamp();
                _examples = LoadAsync(options);
            }
            return _examples;
        }
    }

    private async Task<(RouteHints Hints, float Threshold, float[] Vector)[]?> LoadAsync(EmbeddingGenerationOptions options)
    {
        // Not under the lock, and not ended by whoever happened to ask first.
        await Task.Yield();
        try
        {
            List<string> texts = [.. topics.SelectMany(static topic => topic.Examples)];
            GeneratedEmbeddings<Embedding<float>> embedded = await client().EmbedAsync(model, texts, options, CancellationToken.None).ConfigureAwait(false);
            var examples = new (RouteHints, float, float[])[texts.Count];
            int next = 0;
            foreach (SemanticTopic topic in topics)
            {
                var hints = new RouteHints { Tier = topic.Name };
                for (int i = 0; i < topic.Examples.Count; i++)
                {
                    examples[next] = (hints, topic.Threshold, Normalized(embedded[next].Vector.Span));
                    next++;
                }
            }
            return examples;
        }
        catch (LlmException)
        {
            return null;
        }
    }

    private static RouteHints Nearest((RouteHints Hints, float Threshold, float[] Vector)[] examples, float[] vector)
    {
        RouteHints best = RouteHints.None;
        float highest = float.NegativeInfinity;
        foreach ((RouteHints hints, float threshold, float[] example) in examples)
        {
            float similarity = example.Length == vector.Length ? Dot(example, vector) : float.NegativeInfinity;
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

    private static float[] Normalized(ReadOnlySpan<float> vector)
    {
        float[] copy = vector.ToArray();
        float length = MathF.Sqrt(Dot(copy, copy));
        for (int i = 0; i < copy.Length && length > 0; i++)
        {
            copy[i] /= length;
        }
        return copy;
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
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
