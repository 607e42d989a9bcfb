using System.Globalization;
using System.Text;
using System.Text.Json;

namespace QuickStart;

/// <summary>Draws received spans as Langfuse would show them: name, type, duration, model, tokens, cost, level.</summary>
internal static class TraceTree
{
    public static string Render(IReadOnlyList<ReceivedSpan> spans, IReadOnlyList<ReceivedScore> scores)
    {
        var text = new StringBuilder();
        var known = spans.Select(span => (span.TraceId, span.SpanId)).ToHashSet();
        foreach (ReceivedSpan root in spans.Where(span => !known.Contains((span.TraceId, span.ParentSpanId))).OrderBy(span => span.StartUnixNanos))
        {
            text.Append("trace ").AppendLine(root.TraceId);
            AppendLabels(text, root);
            Draw(text, root, "", "", spans);
            foreach (ReceivedScore score in scores.Where(score => score.TraceId == root.TraceId))
            {
                text.Append("★ score ").Append(score.Name).Append(" = ").AppendLine(score.Value);
            }
        }

        return text.ToString();
    }

    private static void AppendLabels(StringBuilder text, ReceivedSpan root)
    {
        string[] labels = [.. Label(root, "user.id", "user"), .. Label(root, "session.id", "session"), .. Label(root, "langfuse.environment", "environment")];
        if (labels.Length > 0)
        {
            text.AppendLine(string.Join(" · ", labels));
        }

        if (root.Attributes.TryGetValue("langfuse.trace.tags", out object? tags) && tags is List<object> { Count: > 0 } list)
        {
            text.Append("tags ").AppendLine(string.Join(", ", list));
        }
    }

    private static IEnumerable<string> Label(ReceivedSpan span, string key, string name)
    {
        if (span.Text(key) is { } value)
        {
            yield return $"{name} {value}";
        }
    }

    private static void Draw(StringBuilder text, ReceivedSpan span, string indent, string branch, IReadOnlyList<ReceivedSpan> spans)
    {
        text.Append(indent).Append(branch).AppendLine(Line(span));
        ReceivedSpan[] children = [.. spans.Where(child => child.TraceId == span.TraceId && child.ParentSpanId == span.SpanId).OrderBy(child => child.StartUnixNanos)];
        string deeper = branch switch { "" => indent, "└─ " => indent + "   ", _ => indent + "│  " };
        for (int i = 0; i < children.Length; i++)
        {
            Draw(text, children[i], deeper, i == children.Length - 1 ? "└─ " : "├─ ", spans);
        }
    }

    private static string Line(ReceivedSpan span)
    {
        var parts = new List<string>
        {
            $"{span.Name} [{span.Text("langfuse.observation.type") ?? "span"}]",
            string.Create(CultureInfo.InvariantCulture, $"{span.Duration.TotalMilliseconds:0.0} ms"),
        };
        if ((span.Text("langfuse.observation.model.name") ?? span.Text("gen_ai.request.model")) is { } model)
        {
            parts.Add(model);
        }

        Dictionary<string, decimal> usage = Numbers(span.Text("langfuse.observation.usage_details"));
        if (usage.Values.Any(count => count > 0))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{usage.GetValueOrDefault("input"):0} in + {usage.GetValueOrDefault("output"):0} out tokens"));
        }

        if (Numbers(span.Text("langfuse.observation.cost_details")).TryGetValue("total", out decimal cost))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"${cost:0.00000000}"));
        }

        if (span.Text("langfuse.observation.level") is { } level and not "DEFAULT")
        {
            string? message = span.Text("langfuse.observation.status_message");
            parts.Add(message is null ? level : $"{level}: {message}");
        }

        return string.Join("  ", parts);
    }

    private static Dictionary<string, decimal> Numbers(string? json)
    {
        var numbers = new Dictionary<string, decimal>(StringComparer.Ordinal);
        if (json is not null)
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                numbers[property.Name] = property.Value.GetDecimal();
            }
        }

        return numbers;
    }
}
