using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>What an error body said, whatever its shape. No field carries content of the request.</summary>
internal readonly record struct ErrorBody(string? Message, string? Code, string? Type, string? Param, string? RetryDelay)
{
    public static readonly ErrorBody Empty;

    /// <summary>A more precise word than code and type, from the error's details: Google's reason or exhausted quota, Anthropic's error code.</summary>
    public string? Reason { get; init; }

    /// <summary>The id of the request, where the body rather than a header has it.</summary>
    public string? RequestId { get; init; }

    public ErrorWords Words => new(Message, Code, Type, Reason);

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, MaxDepth = 256, CommentHandling = JsonCommentHandling.Skip };

    public bool IsEmpty => Message is null && Code is null && Type is null;

    /// <summary>Adds the name that AWS gives an error in a header, or in a field of its own, without what follows it there.</summary>
    public ErrorBody Named(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("x-amzn-errortype", out var values))
        {
            return this;
        }

        string name = values.ToString();
        int end = name.IndexOfAny([':', ',']);
        return this with { Type = end < 0 ? name : name[..end] };
    }

    public static ErrorBody Parse(ReadOnlyMemory<byte> utf8)
    {
        ReadOnlySpan<byte> text = utf8.Span;
        if (text.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
            utf8 = utf8[3..];
        }

        text = text.Trim(" \t\r\n\0"u8);
        if (text.IsEmpty || text.SequenceEqual("null"u8))
        {
            return Empty;
        }

        if (text[0] is (byte)'{' or (byte)'[' or (byte)'"')
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(utf8, Lenient);
                return FromElement(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // A cut or broken body may hold anything, so none of it is shown.
                return Empty;
            }
        }

        if (text[0] == (byte)'<')
        {
            return new ErrorBody(TitleOf(text), null, null, null, null);
        }

        return new ErrorBody(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 2048)]), null, null, null, null);
    }

    public static ErrorBody FromElement(JsonElement root)
    {
        switch (root.ValueKind)
        {
            case JsonValueKind.String:
                return new ErrorBody(root.GetString(), null, null, null, null);
            case JsonValueKind.Array:
                return root.GetArrayLength() > 0 ? FromElement(root[0]) : Empty;
            case JsonValueKind.Object:
                break;
            default:
                return Empty;
        }

        if (root.TryGetProperty("error", out JsonElement error))
        {
            if (error.ValueKind == JsonValueKind.Object)
            {
                ErrorBody body = FromFlat(error, root);
                return body with { RequestId = Text(root, "request_id") ?? body.RequestId };
            }

            if (error.ValueKind == JsonValueKind.String)
            {
                return new ErrorBody(error.GetString(), Text(root, "code"), Text(root, "error_type") ?? Text(root, "type"), Text(root, "param"), Seconds(root, "estimated_time"));
            }
        }

        if (root.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement choice in choices.EnumerateArray())
            {
                if (choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("error", out _))
                {
                    return FromElement(choice);
                }
            }
        }

        if (root.TryGetProperty("x_groq", out JsonElement groq) && groq.ValueKind == JsonValueKind.Object && groq.TryGetProperty("error", out _))
        {
            return FromElement(groq);
        }

        if (root.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
        {
            return FromElement(errors[0]);
        }

        return FromFlat(root, default);
    }

    private static ErrorBody FromFlat(JsonElement error, JsonElement parent)
    {
        string? message = Text(error, "message") ?? Text(error, "Message") ?? Detail(error) ?? Text(error, "title") ?? Text(error, "msg");
        string? type = Text(error, "type") ?? Unqualified(Text(error, "__type"));
        string? delay = DelayOf(error), reason = null;
        if (error.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            type = Text(metadata, "error_type") ?? type;
            delay ??= DelayOf(metadata);
        }

        if (error.TryGetProperty("details", out JsonElement details))
        {
            ReadDetails(details, ref delay, ref reason);
        }

        string? code = Text(error, "code") ?? (parent.ValueKind == JsonValueKind.Object ? Text(parent, "code") : null) ?? Text(error, "http_status_code");
        return new ErrorBody(message, code, type ?? Text(error, "status"), Text(error, "param"), delay) { Reason = reason, RequestId = Text(error, "request_id") };
    }

    /// <summary>The wait that a body names in seconds: OpenRouter's availability, or a field of its own.</summary>
    private static string? DelayOf(JsonElement error) =>
        Seconds(error, "retry_after") ?? (error.TryGetProperty("availability", out JsonElement availability) && availability.ValueKind == JsonValueKind.Object ? Seconds(availability, "retry_after") : null);

    private static void ReadDetails(JsonElement details, ref string? delay, ref string? reason)
    {
        if (details.ValueKind == JsonValueKind.Object)
        {
            reason = Text(details, "error_code");
            return;
        }

        if (details.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (JsonElement detail in details.EnumerateArray())
        {
            if (detail.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            delay = Text(detail, "retryDelay") ?? delay;
            reason ??= Text(detail, "reason");
            if (!detail.TryGetProperty("violations", out JsonElement violations) || violations.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            foreach (JsonElement violation in violations.EnumerateArray())
            {
                // Of several exhausted quotas the one of the day decides: waiting for the minute's does not help.
                string? quota = violation.ValueKind == JsonValueKind.Object ? Text(violation, "quotaId") : null;
                reason = quota is not null && (reason is null || ErrorPatterns.IsDailyQuota(quota)) ? quota : reason;
            }
        }
    }

    /// <summary>FastAPI's <c>detail</c>: a text, or a list whose entries repeat the input, which is left out.</summary>
    private static string? Detail(JsonElement error)
    {
        if (!error.TryGetProperty("detail", out JsonElement detail))
        {
            return null;
        }

        if (detail.ValueKind != JsonValueKind.Array)
        {
            return detail.ValueKind == JsonValueKind.Object ? Text(detail, "message") : Scalar(detail);
        }

        var text = new StringBuilder();
        foreach (JsonElement entry in detail.EnumerateArray())
        {
            string? one = entry.ValueKind == JsonValueKind.Object ? Text(entry, "msg") : Scalar(entry);
            if (one is null)
            {
                continue;
            }

            if (text.Length > 0)
            {
                text.Append("; ");
            }

            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("loc", out JsonElement path) && path.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement step in path.EnumerateArray())
                {
                    text.Append(Scalar(step)).Append('.');
                }

                text.Length--;
                text.Append(": ");
            }

            text.Append(one);
        }

        return text.Length > 0 ? text.ToString() : null;
    }

    /// <summary>A type of AWS without its namespace.</summary>
    private static string? Unqualified(string? type) => type?[(type.LastIndexOf('#') + 1)..];

    /// <summary>A number of seconds as a duration's text; a text as it is.</summary>
    private static string? Seconds(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText() + "s"
        : Scalar(value);

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) ? Scalar(value) : null;

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? whole.ToString(CultureInfo.InvariantCulture) : value.GetRawText(),
        _ => null,
    };

    private static string? TitleOf(ReadOnlySpan<byte> html)
    {
        string page = Encoding.UTF8.GetString(html[..Math.Min(html.Length, 8192)]);
        int open = page.IndexOf("<title", StringComparison.OrdinalIgnoreCase);
        int start = open < 0 ? -1 : page.IndexOf('>', open);
        int end = start < 0 ? -1 : page.IndexOf("</title", start, StringComparison.OrdinalIgnoreCase);
        string title = end < 0 ? "" : System.Net.WebUtility.HtmlDecode(page[(start + 1)..end]).Trim();
        return title.Length > 0 ? title : "an HTML page";
    }
}
