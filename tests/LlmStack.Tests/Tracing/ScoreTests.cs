using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace LlmStack.Tests.Tracing;

public sealed class ScoreTests
{
    private static readonly TraceId Trace = new(1, 2);
    private readonly RecordingSink _sink = new();
    private readonly IScoreObserver _observer = Substitute.For<IScoreObserver>();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LlmTracer _tracer;

    public ScoreTests() => _tracer = new LlmTracer([_sink], [_observer], new TracingOptions(), _time);

    public static TheoryData<ScoreData, string> Invalid => new()
    {
        { new ScoreData { Name = " ", TraceId = Trace }, "Name" },
        { new ScoreData { Name = "n" }, "TraceId" },
        { new ScoreData { Name = "n", TraceId = default(TraceId) }, "TraceId" },
        { new ScoreData { Name = "n", TraceId = Trace, SessionId = "s" }, "SessionId" },
        { new ScoreData { Name = "n", SessionId = "s", ObservationId = new SpanId(1) }, "ObservationId" },
        { new ScoreData { Name = "n", TraceId = Trace, DatasetRunId = "r" }, "DatasetRunId" },
        { new ScoreData { Name = "n", SessionId = "s", DatasetRunId = "r" }, "DatasetRunId" },
        { new ScoreData { Name = "n", DatasetRunId = "r", ObservationId = new SpanId(1) }, "ObservationId" },
        { new ScoreData { Name = "n", SessionId = "s", DataType = ScoreDataType.Correction, StringValue = "x" }, "TraceId" },
        { new ScoreData { Name = "n", TraceId = Trace, DataType = ScoreDataType.Correction, StringValue = "x", ConfigId = "c" }, "ConfigId" },
        { new ScoreData { Name = "n", TraceId = Trace, ObservationId = default(SpanId) }, "ObservationId" },
        { new ScoreData { Name = "n", TraceId = Trace, Value = double.NaN }, "Value" },
        { new ScoreData { Name = "n", TraceId = Trace, Value = double.PositiveInfinity }, "Value" },
        { new ScoreData { Name = "n", TraceId = Trace, DataType = ScoreDataType.Boolean, Value = 0.5 }, "Value" },
        { new ScoreData { Name = "n", TraceId = Trace, DataType = ScoreDataType.Categorical }, "StringValue" },
        { new ScoreData { Name = "n", TraceId = Trace, DataType = ScoreDataType.Text, StringValue = "" }, "StringValue" },
        { new ScoreData { Name = "n", TraceId = Trace, DataType = ScoreDataType.Text, StringValue = new string('x', 501) }, "StringValue" },
        { new ScoreData { Name = "n", TraceId = Trace, DataType = (ScoreDataType)9 }, "DataType" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_score_is_refused_by_field(ScoreData score, string field)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _tracer.Score(score));
        Assert.StartsWith($"ScoreData.{field} is ", error.Message, StringComparison.Ordinal);
        Assert.Contains("allowed is", error.Message, StringComparison.Ordinal);
        Assert.Empty(_sink.Scores);
        _observer.DidNotReceiveWithAnyArgs().OnScore(default);
    }

    [Fact]
    public void The_same_score_sent_again_has_the_same_id_and_another_target_another_one()
    {
        _tracer.Score(new ScoreData { Name = "n", Value = 1, TraceId = Trace });
        _tracer.Score(new ScoreData { Name = "n", Value = 2, TraceId = Trace });
        _tracer.Score(new ScoreData { Name = "n", Value = 2, TraceId = Trace, ObservationId = new SpanId(7) });
        _tracer.Score(new ScoreData { Name = "m", Value = 2, TraceId = Trace });
        _tracer.Score(new ScoreData { Name = "n", Value = 2, SessionId = Trace.ToString() });
        _tracer.Score(new ScoreData { Name = "n", Value = 2, TraceId = Trace, Id = "mine" });
        _tracer.Score(new ScoreData { Name = "n", Value = 2, DatasetRunId = Trace.ToString() });
        string[] ids = [.. _sink.Scores.Select(s => s.Id!)];
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(6, ids.Distinct().Count());
        Assert.Equal("mine", ids[5]);
        Assert.Matches("^[0-9a-f]{32}$", ids[0]);
        Assert.All(_sink.Scores, score => Assert.Equal(_time.GetUtcNow(), score.Timestamp));
    }

    [Fact]
    public void Scopes_score_themselves_with_numbers_flags_and_words()
    {
        using (TraceScope trace = _tracer.StartTrace("trace"))
        using (SpanScope span = _tracer.StartSpan("span"))
        {
            trace.Score("helpful", 0.9, "good");
            span.Score("used", true);
            span.Score("tone", "friendly");
        }

        Assert.Equal(
            [("helpful", ScoreDataType.Numeric, 0.9, null, "good"), ("used", ScoreDataType.Boolean, 1, null, null), ("tone", ScoreDataType.Categorical, 0, "friendly", null)],
            _sink.Scores.Select(s => (s.Name, s.DataType, s.Value, s.StringValue, s.Comment)));
        Assert.Equal([null, _sink["span"].SpanId, _sink["span"].SpanId], _sink.Scores.Select(s => s.ObservationId));
        Assert.All(_sink.Scores, score => Assert.Equal(_sink["trace"].TraceId, score.TraceId));
    }

    [Fact]
    public void A_response_scores_its_generation_and_says_when_there_is_none()
    {
        var route = new CallRoute("fast", 1) { Tracer = _tracer, Project = "acme" };
        route.SetTrace(Trace, new SpanId(5));
        var response = new RoutedChatResponse(new ChatMessage(ChatRole.Assistant, "hi")) { Route = route };
        Assert.True(response.Score("helpful", 1.0));
        Assert.True(response.Score("safe", true));
        Assert.True(route.Score("tone", "dry"));
        Assert.All(_sink.Scores, score => Assert.Equal((Trace, new SpanId(5)), (score.TraceId, score.ObservationId)));
        Assert.All(_sink.Scores, static score => Assert.Equal("acme", score.Project));
        Assert.Equal(3, _sink.Scores.Count);
        Assert.False(new ChatResponse().Score("helpful", 1.0));
        Assert.False(new CallRoute("fast", 1).Score("helpful", 1.0));
    }

    [Fact]
    public void A_throwing_observer_or_sink_disturbs_nobody_and_is_counted()
    {
        ITraceSink broken = Substitute.For<ITraceSink>();
        broken.When(s => s.Emit(Arg.Any<SpanData>())).Throw(new InvalidOperationException("no"));
        broken.When(s => s.Emit(Arg.Any<ScoreData>())).Throw(new InvalidOperationException("no"));
        _observer.When(o => o.OnScore(Arg.Any<ScoreData>())).Throw(new InvalidOperationException("no"));
        var logger = new Microsoft.Extensions.Logging.Testing.FakeLogger<LlmTracer>();
        var tracer = new LlmTracer([broken, _sink], [_observer], new TracingOptions(), _time, logger: logger);
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.Score("a", 1);
            trace.Score("b", 1);
        }

        Assert.Single(_sink.Spans);
        Assert.Equal(2, _sink.Scores.Count);
        Assert.Equal(5, tracer.SinkFailures);
        Assert.Equal(2, logger.Collector.Count);
    }
}
