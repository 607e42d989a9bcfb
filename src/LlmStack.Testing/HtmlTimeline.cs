using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>Draws recorded traces as one HTML page: the tree beside a time axis, with what each span holds when it is opened.</summary>
/// <remarks>
/// The page needs no script, no network and no other file, and its policy forbids all of them: content of traces is shown as text.
/// <example>
/// <code>
/// await File.WriteAllTextAsync("trace.html", HtmlTimeline.Render(sink.Spans, sink.Scores));
/// </code>
/// </example>
/// </remarks>
public static class HtmlTimeline
{
    /// <summary>Draws the traces that the spans belong to, in the order they began.</summary>
    /// <param name="spans">The spans, in any order.</param>
    /// <param name="scores">Their scores, or null.</param>
    /// <param name="title">The page's title. Default: the name of the first trace.</param>
    public static string Render(IEnumerable<SpanData> spans, IEnumerable<ScoreData>? scores = null, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(spans);
        SpanTree[] traces = [.. spans.GroupBy(static span => span.TraceId).Select(static group => new SpanTree(group)).OrderBy(static trace => trace.Start)];
        ScoreData[] given = [.. scores ?? []];
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>")
            .Append(Text(title ?? traces.FirstOrDefault()?.Name ?? "No trace")).Append("</title>\n<style>\n").Append(HtmlTimelineStyle.Css).Append("</style>\n</head>\n<body>\n");
        foreach (SpanTree trace in traces)
        {
            Trace(html, trace, given);
        }

        if (traces.Length == 0)
        {
            html.Append("<p>No span was recorded.</p>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Trace(StringBuilder html, SpanTree trace, ScoreData[] scores)
    {
        html.Append("<section>\n<h1>").Append(Text(trace.Name)).Append("</h1>\n<p class=\"labels\">");
        LlmContext labels = trace.Context;
        Label(html, "trace", trace.TraceId.ToString());
        Label(html, "user", labels.UserId);
        Label(html, "session", labels.SessionId);
        Label(html, "feature", labels.Feature);
        Label(html, "tags", labels.Tags.IsDefaultOrEmpty ? null : string.Join(", ", labels.Tags));
        Label(html, "started", trace.Start.ToString("u", CultureInfo.InvariantCulture));
        Label(html, "took", Milliseconds(trace.Duration));
        Label(html, "cost", trace.Cost is { } cost ? Money(cost) : null);
        Scores(html, scores, trace.TraceId, null);
        html.Append("</p>\n<div class=\"axis\"><span></span><span>0</span><span>").Append(Milliseconds(trace.Duration / 2)).Append("</span><span>").Append(Milliseconds(trace.Duration)).Append("</span></div>\n");
        foreach ((SpanData span, int depth) in trace.Rows)
        {
            Row(html, trace, span, depth, scores);
        }

        html.Append("</section>\n");
    }

    private static void Row(StringBuilder html, SpanTree trace, SpanData span, int depth, ScoreData[] scores)
    {
        html.Append("<details class=\"").Append(LevelClass(span.Level)).Append("\"><summary><span class=\"name\" style=\"padding-left:").Append(depth * 18).Append("px\"><b class=\"type ")
            .Append(TypeName(span)).Append("\">").Append(TypeName(span)).Append("</b> ").Append(Text(span.Name));
        if (span.Model is { } model)
        {
            html.Append(" <i>").Append(Text(model)).Append("</i>");
        }

        Scores(html, scores, span.TraceId, span.SpanId);
        html.Append("</span><span class=\"lane\">");
        Bar(html, trace, span);
        html.Append("</span></summary><div class=\"body\">");
        Facts(html, span);
        Content(html, "input", span.GetInputJson());
        Content(html, "output", span.GetOutputJson());
        html.Append("</div></details>\n");
    }

    private static void Bar(StringBuilder html, SpanTree trace, SpanData span)
    {
        double left = trace.Share(span.StartTime);
        double width = Math.Max(trace.Share(span.EndTime) - left, 0.15);
        html.Append(CultureInfo.InvariantCulture, $"<span class=\"bar {TypeName(span)}\" style=\"left:{left:0.##}%;width:{width:0.##}%\"></span>");
        if (span.FirstTokenTime is { } first)
        {
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"first\" style=\"left:{trace.Share(first):0.##}%\" title=\"first token after {(first - span.StartTime).TotalMilliseconds:0.#} ms\"></span>");
        }

        // Beside the bar, on the side where there is room; inside it when there is none.
        double end = left + width;
        string side = end < 85
            ? string.Create(CultureInfo.InvariantCulture, $"left:{end:0.##}%")
            : string.Create(CultureInfo.InvariantCulture, $"right:{(left > 15 ? 100 - left : 0):0.##}%");
        html.Append("<span class=\"took").Append(end >= 85 && left <= 15 ? " inside" : "").Append("\" style=\"").Append(side).Append("\">").Append(Milliseconds(span.Duration)).Append("</span>");
    }

    private static void Facts(StringBuilder html, SpanData span)
    {
        html.Append("<table>");
        Fact(html, "status", span.StatusMessage);
        Fact(html, "deployment", span.Deployment ?? span.Attempt?.Deployment);
        Fact(html, "answered by", span.ResponseModel);
        Fact(html, "why", span.Attempt is null ? span.Route?.Reason : null);
        Fact(html, "attempts", span is { Attempt: null, Route: { Attempts.Count: > 1 } route } ? string.Join(" → ", route.Attempts.Select(static attempt => $"{attempt.Deployment}{(attempt.Error is { } kind ? $" ({kind})" : "")}")) : null);
        if (span.Usage is { } usage)
        {
            Fact(html, "tokens", Tokens(usage));
        }

        Fact(html, "cost", span.Cost is { } cost ? Money(cost) : null);
        Fact(html, "first token", span.FirstTokenTime is { } first ? Milliseconds(first - span.StartTime) : null);
        Fact(html, "finished by", span.FinishReason);
        Fact(html, "prompt", span.Prompt is { } prompt ? $"{prompt.Name}, version {prompt.Version}" : null);
        foreach (KeyValuePair<string, string> pair in span.Metadata)
        {
            Fact(html, pair.Key, pair.Value);
        }

        Fact(html, "observation", span.SpanId.ToString());
        html.Append("</table>");
    }

    private static string Tokens(UsageDetails usage)
    {
        string cached = usage.CachedInputTokenCount is > 0 ? $" ({usage.CachedInputTokenCount} cached)" : "";
        string reasoned = usage.ReasoningTokenCount is > 0 ? $" ({usage.ReasoningTokenCount} reasoning)" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{usage.InputTokenCount ?? 0} in{cached}, {usage.OutputTokenCount ?? 0} out{reasoned}");
    }

    private static void Content(StringBuilder html, string name, string? json)
    {
        if (json is not null)
        {
            html.Append("<h2>").Append(name).Append("</h2><pre>").Append(Text(Readable(json))).Append("</pre>");
        }
    }

    /// <summary>A text as it is, a structure with line breaks.</summary>
    private static string Readable(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.String)
            {
                return document.RootElement.GetString()!;
            }

            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                document.RootElement.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(buffer.ToArray());
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static void Scores(StringBuilder html, ScoreData[] scores, TraceId traceId, SpanId? observationId)
    {
        foreach (ScoreData score in scores)
        {
            if (score.TraceId == traceId && score.ObservationId == observationId)
            {
                html.Append(" <span class=\"score\">").Append(Text(score.Name)).Append(" = ")
                    .Append(Text(score.StringValue ?? score.Value.ToString(CultureInfo.InvariantCulture))).Append("</span>");
            }
        }
    }

    private static void Label(StringBuilder html, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            html.Append("<span><b>").Append(name).Append("</b> ").Append(Text(value)).Append("</span> ");
        }
    }

    private static void Fact(StringBuilder html, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            html.Append("<tr><th>").Append(Text(name)).Append("</th><td>").Append(Text(value)).Append("</td></tr>");
        }
    }

    private static string LevelClass(ObservationLevel level) => level switch
    {
        ObservationLevel.Error => "error",
        ObservationLevel.Warning => "warning",
        ObservationLevel.Debug => "debug",
        _ => "default",
    };

    private static string TypeName(SpanData span) => ObservationTypes.NameOf(span.Type);

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:#,0.#} ms");

    private static string Money(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"${amount:0.########}");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
