using System.Globalization;
using System.Text;
using LlmStack.Tracing;

namespace LlmStack.Testing;

/// <summary>Draws recorded spans as trees; a span whose parent was not recorded stands at the top.</summary>
internal static class TraceTreeText
{
    public static string Render(List<SpanData> spans, List<ScoreData> scores)
    {
        if (spans.Count == 0 && scores.Count == 0)
        {
            return "(nothing)" + Environment.NewLine;
        }

        var known = new HashSet<(TraceId, SpanId)>();
        var children = new Dictionary<(TraceId, SpanId), List<SpanData>>();
        // Spans arrive as they end; people read them as they began.
        List<SpanData> ordered = [.. spans.OrderBy(static span => span.Record.StartUnixNanos)];
        foreach (SpanData span in ordered)
        {
            known.Add((span.TraceId, span.SpanId));
            (TraceId, SpanId) parent = (span.TraceId, span.ParentSpanId);
            if (!children.TryGetValue(parent, out List<SpanData>? siblings))
            {
                siblings = [];
                children.Add(parent, siblings);
            }

            siblings.Add(span);
        }

        var text = new StringBuilder();
        foreach (SpanData span in ordered)
        {
            if (!known.Contains((span.TraceId, span.ParentSpanId)))
            {
                Draw(text, span, indent: "", branch: "", children);
            }
        }

        foreach (ScoreData score in scores)
        {
            text.Append("score ").Append(score.Name).Append(" = ").AppendLine(score.StringValue ?? score.Value.ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static void Draw(StringBuilder text, SpanData span, string indent, string branch, Dictionary<(TraceId, SpanId), List<SpanData>> children)
    {
        text.Append(indent).Append(branch).Append(span.Name).Append(" [").Append(span.Type).Append(']');
        if (span.Level != ObservationLevel.Default)
        {
            text.Append(' ').Append(span.Level);
        }

        if (span.Model is { } model)
        {
            text.Append(" model=").Append(model);
        }

        if (span.Usage is { } usage)
        {
            text.Append(CultureInfo.InvariantCulture, $" tokens={usage.InputTokenCount ?? 0}+{usage.OutputTokenCount ?? 0}");
        }

        if (span.StatusMessage is { } status)
        {
            text.Append(": ").Append(status);
        }

        text.AppendLine();
        if (!children.TryGetValue((span.TraceId, span.SpanId), out List<SpanData>? below))
        {
            return;
        }

        string deeper = branch switch { "" => indent, "└─ " => indent + "   ", _ => indent + "│  " };
        for (int i = 0; i < below.Count; i++)
        {
            Draw(text, below[i], deeper, i == below.Count - 1 ? "└─ " : "├─ ", children);
        }
    }
}
