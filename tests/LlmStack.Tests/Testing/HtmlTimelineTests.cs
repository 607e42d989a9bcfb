using LlmStack.Testing;
using LlmStack.Tests.Tracing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Testing;

[Collection(ActivitiesInTurn.Name)]
public sealed class HtmlTimelineTests
{
    private readonly RecordingTraceSink _sink = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LlmTracer _tracer;

    public HtmlTimelineTests() => _tracer = new LlmTracer([_sink], [], new TracingOptions(), _time);

    [Fact]
    public void Spans_stand_below_their_parents_at_their_place_on_the_axis()
    {
        using (TraceScope trace = _tracer.StartTrace("job", new TraceContext { UserId = "u-1" }))
        {
            using (SpanScope first = _tracer.StartSpan("first", ObservationType.Tool))
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
            }

            using (SpanScope second = _tracer.StartSpan("second", ObservationType.Generation))
            {
                second.Model = "m-1";
                second.Usage = new UsageDetails { InputTokenCount = 1200, OutputTokenCount = 7 };
                second.Cost = 0.0042m;
                _time.Advance(TimeSpan.FromMilliseconds(250));
                second.FirstTokenTime = _time.GetUtcNow();
                _time.Advance(TimeSpan.FromMilliseconds(500));
                second.Score("grounded", 0.5);
            }

            trace.Score("helpful", true);
        }

        string html = HtmlTimeline.Render(_sink.Spans, _sink.Scores);

        Assert.True(html.IndexOf(">job<", StringComparison.Ordinal) < html.IndexOf("> first<", StringComparison.Ordinal));
        Assert.Contains("<b>user</b> u-1", html, StringComparison.Ordinal);
        Assert.Contains("<b>took</b> 1,000 ms", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"bar tool\" style=\"left:0%;width:25%\">", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"bar generation\" style=\"left:25%;width:75%\">", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"first\" style=\"left:50%\" title=\"first token after 250 ms\">", html, StringComparison.Ordinal);
        Assert.Contains("<td>1200 in, 7 out</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td>$0.0042</td>", html, StringComparison.Ordinal);
        Assert.Contains("grounded = 0.5", html, StringComparison.Ordinal);
        Assert.Contains("helpful = 1", html, StringComparison.Ordinal);
        Assert.Contains("padding-left:18px", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_is_shown_as_text_and_nothing_is_loaded_from_elsewhere()
    {
        const string Attack = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>";
        using (TraceScope trace = _tracer.StartTrace(Attack, new TraceContext { UserId = Attack }))
        {
            trace.Input = Attack;
            trace.Output = new { html = Attack };
            trace.SetMetadata(Attack, Attack);
            trace.StatusMessage = Attack;
            trace.Score("s", Attack, Attack);
        }

        string html = HtmlTimeline.Render(_sink.Spans, _sink.Scores, Attack);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_recorded_and_a_lost_parent_are_drawn_too()
    {
        Assert.Contains("No span was recorded.", HtmlTimeline.Render([]), StringComparison.Ordinal);
        _tracer.StartSpan("orphan", options: new SpanOptions { Parent = new TraceParent(new TraceId(1, 1), new SpanId(1)) }).Dispose();
        _tracer.StartTrace("other").Dispose();
        string html = HtmlTimeline.Render(_sink.Spans);
        Assert.Contains("<h1>orphan</h1>", html, StringComparison.Ordinal);
        Assert.Contains("<h1>other</h1>", html, StringComparison.Ordinal);
    }
}
