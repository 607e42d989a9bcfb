using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Testing;

public sealed class RecordingTraceSinkTests
{
    private static readonly TraceId Trace = new(1, 2);
    private readonly RecordingTraceSink _sink = new();

    [Fact]
    public void Spans_are_found_by_name_type_and_parent()
    {
        KeepSearchTrace();

        SpanData root = _sink.Single("site-search");
        Assert.Equal(2UL, _sink.ShouldHaveChild(root, "vector-search", ObservationType.Retriever).SpanId.Value);
        Assert.Equal(4UL, _sink.ShouldHaveChild("chat", "attempt 1").SpanId.Value);
        Assert.Equal(ObservationType.Generation, _sink.ShouldHaveSpan("attempt 2", ObservationType.Generation).Type);
        Assert.Equal(2, _sink.ChildrenOf(root).Count);
        _sink.ShouldNotHaveSpan("rerank");
    }

    [Fact]
    public void What_is_missing_is_said_with_what_was_recorded()
    {
        KeepSearchTrace();

        TraceAssertionException missing = Assert.Throws<TraceAssertionException>(() => _sink.ShouldHaveSpan("rerank"));
        Assert.StartsWith("Expected a span \"rerank\", found none.", missing.Message, StringComparison.Ordinal);
        Assert.Contains("vector-search [Retriever]", missing.Message, StringComparison.Ordinal);

        TraceAssertionException type = Assert.Throws<TraceAssertionException>(() => _sink.ShouldHaveSpan("vector-search", ObservationType.Tool));
        Assert.StartsWith("Expected a span \"vector-search\" of type Tool, found it as Retriever.", type.Message, StringComparison.Ordinal);

        TraceAssertionException child = Assert.Throws<TraceAssertionException>(() => _sink.ShouldHaveChild("site-search", "attempt 1"));
        Assert.StartsWith("Expected a child \"attempt 1\" below \"site-search\", found none.", child.Message, StringComparison.Ordinal);

        TraceAssertionException present = Assert.Throws<TraceAssertionException>(() => _sink.ShouldNotHaveSpan("chat"));
        Assert.StartsWith("Expected no span \"chat\", found 1.", present.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_spans_of_one_name_are_not_single()
    {
        Keep(1, 0, "same");
        Keep(2, 0, "same");

        TraceAssertionException exception = Assert.Throws<TraceAssertionException>(() => _sink.Single("same"));

        Assert.StartsWith("Expected exactly one span \"same\", found 2.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_span_is_reported_with_its_message()
    {
        KeepSearchTrace();
        _sink.ShouldHaveNoErrors();

        Keep(9, 1, "broken", level: ObservationLevel.Error, status: "no index");

        TraceAssertionException exception = Assert.Throws<TraceAssertionException>(_sink.ShouldHaveNoErrors);
        Assert.StartsWith("Expected no failed span, found \"broken\": no index", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_are_found_and_compared()
    {
        _sink.Emit(new ScoreData { Name = "helpful", Value = 0.9, TraceId = Trace });

        Assert.Equal(Trace, _sink.ShouldHaveScore("helpful", 0.9).TraceId);
        Assert.Throws<TraceAssertionException>(() => _sink.ShouldHaveScore("helpful", 1));
        Assert.Throws<TraceAssertionException>(() => _sink.ShouldHaveScore("polite"));
    }

    [Fact]
    public void The_tree_shows_parents_above_children_whatever_the_order_of_ending()
    {
        KeepSearchTrace();
        _sink.Emit(new ScoreData { Name = "helpful", Value = 0.9, TraceId = Trace });

        Assert.Equal(
            """
            site-search [Span]
            ├─ vector-search [Retriever]
            └─ chat [Span]
               ├─ attempt 1 [Generation] Warning model=a: overloaded
               └─ attempt 2 [Generation] model=b tokens=5+7
            score helpful = 0.9

            """,
            _sink.Tree(),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_flush_reports_everything_as_delivered()
    {
        KeepSearchTrace();

        FlushResult result = await _sink.FlushAsync(TimeSpan.FromSeconds(1));

        Assert.True(result.IsComplete);
        Assert.Equal(5, result.Delivered);
        _sink.Clear();
        Assert.Empty(_sink.Spans);
        Assert.Equal("(nothing)" + Environment.NewLine, _sink.Tree());
    }

    private void KeepSearchTrace()
    {
        Keep(2, 1, "vector-search", ObservationType.Retriever);
        Keep(4, 3, "attempt 1", ObservationType.Generation, ObservationLevel.Warning, "overloaded", model: "a");
        Keep(5, 3, "attempt 2", ObservationType.Generation, model: "b", usage: new UsageDetails { InputTokenCount = 5, OutputTokenCount = 7 });
        Keep(3, 1, "chat");
        Keep(1, 0, "site-search");
    }

    private void Keep(ulong id, ulong parent, string name, ObservationType type = ObservationType.Span, ObservationLevel level = ObservationLevel.Default, string? status = null, string? model = null, UsageDetails? usage = null) =>
        _sink.Keep(new SpanData(new SpanRecord
        {
            TraceId = Trace,
            SpanId = new SpanId(id),
            ParentSpanId = new SpanId(parent),
            Name = name,
            Type = type,
            Level = level,
            StatusMessage = status,
            Model = model,
            Usage = usage,
        }));
}
