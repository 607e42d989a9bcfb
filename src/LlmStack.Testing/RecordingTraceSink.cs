using System.Diagnostics.CodeAnalysis;
using LlmStack.Tracing;

namespace LlmStack.Testing;

/// <summary>Keeps every finished span and every score in memory, and says clearly what is missing.</summary>
/// <remarks>
/// Thread-safe. Spans arrive when they end, so children come before their parents. What is kept is a copy and stays valid.
/// <example>
/// <code>
/// var sink = new RecordingTraceSink();
/// services.AddSingleton&lt;ITraceSink&gt;(sink);
/// …
/// var root = sink.Single("site-search");
/// sink.ShouldHaveChild(root, "vector-search", ObservationType.Retriever);
/// sink.ShouldHaveScore("helpful", 0.9);
/// output.WriteLine(sink.Tree());
/// </code>
/// </example>
/// </remarks>
public sealed class RecordingTraceSink : ITraceSink
{
    private readonly Lock _gate = new();
    private readonly List<SpanData> _spans = [];
    private readonly List<ScoreData> _scores = [];

    /// <summary>The spans so far, in the order they ended; a copy.</summary>
    public IReadOnlyList<SpanData> Spans
    {
        get
        {
            lock (_gate)
            {
                return [.. _spans];
            }
        }
    }

    /// <summary>The scores so far, in the order they were given; a copy.</summary>
    public IReadOnlyList<ScoreData> Scores
    {
        get
        {
            lock (_gate)
            {
                return [.. _scores];
            }
        }
    }

    /// <inheritdoc/>
    public void Emit(in SpanData span) => Keep(span.ToOwned());

    /// <inheritdoc/>
    public void Emit(in ScoreData score)
    {
        lock (_gate)
        {
            _scores.Add(score);
        }
    }

    /// <inheritdoc/>
    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new ValueTask<FlushResult>(new FlushResult(_spans.Count + _scores.Count, Dropped: 0, Pending: 0, Error: null));
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _spans.Clear();
            _scores.Clear();
        }
    }

    /// <summary>The spans of one name, in the order they ended.</summary>
    /// <param name="name">The name.</param>
    public IReadOnlyList<SpanData> Named(string name) => Where(span => span.Name == name);

    /// <summary>The children of a span, in the order they ended.</summary>
    /// <param name="parent">The parent.</param>
    public IReadOnlyList<SpanData> ChildrenOf(SpanData parent) =>
        Where(span => span.TraceId == parent.TraceId && span.ParentSpanId == parent.SpanId);

    /// <summary>The one span of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="TraceAssertionException">There is none, or there are several.</exception>
    [SuppressMessage("Naming", "CA1720", Justification = "The word every assertion and LINQ user knows.")]
    public SpanData Single(string name)
    {
        IReadOnlyList<SpanData> found = Named(name);
        return found.Count == 1 ? found[0] : throw Fail($"Expected exactly one span \"{name}\", found {found.Count}.");
    }

    /// <summary>The first span of a name and, when given, of a type.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type, or null for any.</param>
    /// <exception cref="TraceAssertionException">There is none.</exception>
    public SpanData ShouldHaveSpan(string name, ObservationType? type = null)
    {
        IReadOnlyList<SpanData> found = Named(name);
        return TryFind(found, type, out SpanData span)
            ? span
            : throw Fail(found.Count == 0 ? $"Expected a span \"{name}\", found none." : $"Expected a span \"{name}\" of type {type}, found it as {found[0].Type}.");
    }

    /// <summary>Fails when a span of this name was recorded.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="TraceAssertionException">There is one.</exception>
    public void ShouldNotHaveSpan(string name)
    {
        if (Named(name).Count is > 0 and int count)
        {
            throw Fail($"Expected no span \"{name}\", found {count}.");
        }
    }

    /// <summary>The first child of a name and, when given, of a type.</summary>
    /// <param name="parent">The parent.</param>
    /// <param name="name">The child's name.</param>
    /// <param name="type">The type, or null for any.</param>
    /// <exception cref="TraceAssertionException">The parent has no such child.</exception>
    public SpanData ShouldHaveChild(SpanData parent, string name, ObservationType? type = null)
    {
        IReadOnlyList<SpanData> children = Where(span => span.TraceId == parent.TraceId && span.ParentSpanId == parent.SpanId && span.Name == name);
        return TryFind(children, type, out SpanData child)
            ? child
            : throw Fail($"Expected a child \"{name}\"{(type is { } t ? $" of type {t}" : "")} below \"{parent.Name}\", found none.");
    }

    /// <summary>The first child of a name below the one span named <paramref name="parentName"/>.</summary>
    /// <param name="parentName">The parent's name.</param>
    /// <param name="name">The child's name.</param>
    /// <param name="type">The type, or null for any.</param>
    /// <exception cref="TraceAssertionException">There is not exactly one such parent, or it has no such child.</exception>
    public SpanData ShouldHaveChild(string parentName, string name, ObservationType? type = null) => ShouldHaveChild(Single(parentName), name, type);

    /// <summary>Fails when a span is marked as failed.</summary>
    /// <exception cref="TraceAssertionException">There is one.</exception>
    public void ShouldHaveNoErrors()
    {
        foreach (SpanData span in Spans)
        {
            if (span.Level == ObservationLevel.Error)
            {
                throw Fail($"Expected no failed span, found \"{span.Name}\": {span.StatusMessage}");
            }
        }
    }

    /// <summary>The first score of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="TraceAssertionException">There is none.</exception>
    public ScoreData ShouldHaveScore(string name)
    {
        foreach (ScoreData score in Scores)
        {
            if (score.Name == name)
            {
                return score;
            }
        }

        throw Fail($"Expected a score \"{name}\", found none.");
    }

    /// <summary>The first score of a name, which must have this value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="TraceAssertionException">There is none, or it has another value.</exception>
    public ScoreData ShouldHaveScore(string name, double value)
    {
        ScoreData score = ShouldHaveScore(name);
        return score.Value.Equals(value) ? score : throw Fail(FormattableString.Invariant($"Expected the score \"{name}\" to be {value}, found {score.Value}."));
    }

    /// <summary>Every trace as a tree, for the output of a test.</summary>
    public string Tree()
    {
        lock (_gate)
        {
            return TraceTreeText.Render(_spans, _scores);
        }
    }

    internal void Keep(SpanData owned)
    {
        lock (_gate)
        {
            _spans.Add(owned);
        }
    }

    private static bool TryFind(IReadOnlyList<SpanData> spans, ObservationType? type, out SpanData found)
    {
        foreach (SpanData span in spans)
        {
            if (type is null || span.Type == type)
            {
                found = span;
                return true;
            }
        }

        found = default;
        return false;
    }

    private List<SpanData> Where(Predicate<SpanData> condition)
    {
        lock (_gate)
        {
            return _spans.FindAll(condition);
        }
    }

    private TraceAssertionException Fail(string expectation) => new(expectation + Environment.NewLine + "Recorded:" + Environment.NewLine + Tree());
}
