using System.Diagnostics;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>The context's allowed fields as W3C baggage, under the keys of Langfuse's own SDKs, and back.</summary>
internal sealed class ContextBaggage(ContextField[] fields, int maxBytes)
{
    /// <summary>Says that the spans above reach Langfuse, so that whoever goes on does not mark a root of the application.</summary>
    private const string ClaimKey = "langfuse_trace_id";

    // On the activity that brought it, so that each further call of a request does not read it anew.
    private const string ContextProperty = "llmstack.context";

    /// <summary>The header's value; null when there is nothing to say. Fields that no longer fit stay at home.</summary>
    public string? Write(LlmContext context, TraceId claimed)
    {
        var text = new StringBuilder();
        if (!claimed.IsEmpty)
        {
            Append(text, ClaimKey, claimed.ToString());
        }

        foreach (ContextField field in fields)
        {
            if (field.Get(context) is { Length: > 0 } value)
            {
                Append(text, field.BaggageKey, value);
            }
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>Fills in fields that have no value yet.</summary>
    public LlmContext Read(LlmContext context, string? header)
    {
        foreach ((string key, string value) in Members(header))
        {
            context = Fill(context, key, value);
        }

        return context;
    }

    /// <summary>The context that came with the activity of an incoming request; <see cref="LlmContext.Empty"/> when none did.</summary>
    public LlmContext Of(Activity activity)
    {
        Activity root = activity;
        while (root.Parent is { } above)
        {
            root = above;
        }

        if (root.GetCustomProperty(ContextProperty) is LlmContext known)
        {
            return known;
        }

        LlmContext context = LlmContext.Empty;
        foreach (KeyValuePair<string, string?> item in root.Baggage)
        {
            context = Fill(context, item.Key, item.Value ?? "");
        }

        root.SetCustomProperty(ContextProperty, context);
        return context;
    }

    /// <summary>Whether the request's sender said that its own spans of the trace reach Langfuse.</summary>
    public static bool Claims(Activity activity) => string.Equals(activity.GetBaggageItem(ClaimKey), activity.TraceId.ToHexString(), StringComparison.Ordinal);

    /// <summary>The same of a header that came with a message.</summary>
    public static bool Claims(string? header, TraceId traceId)
    {
        foreach ((string key, string value) in Members(header))
        {
            if (string.Equals(key, ClaimKey, StringComparison.Ordinal) && string.Equals(value, traceId.ToString(), StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(string Key, string Value)> Members(string? header)
    {
        foreach (string member in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = member.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                string value = member[(equals + 1)..];
                int properties = value.IndexOf(';', StringComparison.Ordinal);
                yield return (member[..equals].Trim(), Uri.UnescapeDataString((properties < 0 ? value : value[..properties]).Trim()));
            }
        }
    }

    private LlmContext Fill(LlmContext context, string key, string value)
    {
        // What a stranger sends is bounded like what we send.
        if (value.Length == 0 || value.Length > maxBytes)
        {
            return context;
        }

        foreach (ContextField field in fields)
        {
            if (string.Equals(field.BaggageKey, key, StringComparison.Ordinal) && string.IsNullOrEmpty(field.Get(context)))
            {
                return field.With(context, value);
            }
        }

        return context;
    }

    private void Append(StringBuilder text, string key, string value)
    {
        string escaped = Uri.EscapeDataString(value);
        if (text.Length + key.Length + escaped.Length + 2 <= maxBytes)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(key).Append('=').Append(escaped);
        }
    }
}
