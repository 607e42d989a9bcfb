namespace LlmStack;

/// <summary>Sends events to an address of yours, in small batches.</summary>
public sealed class WebhookOptions
{
    /// <summary>Where events are posted as JSON; absolute, http or https. Null: nowhere.</summary>
    public string? Url { get; set; }

    /// <summary>
    /// Signs each request: the header <c>X-LlmStack-Signature</c> is <c>sha256=</c> and the hex HMAC-SHA256 of the header
    /// <c>X-LlmStack-Timestamp</c>, a dot and the body. Null: no signature.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Only these kinds, by any id; empty: all.</summary>
    public Dictionary<string, LlmEventKind> Kinds { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Events are collected for this long and sent together; more than zero. Default 2 s.</summary>
    public TimeSpan BatchInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>An event of the same kind and subject as one sent before is left out for this long, and told with the next as <c>repeated</c>; 0 or more. Default 5 minutes.</summary>
    public TimeSpan RepeatInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Events waiting to be sent, at most; 1 to 100,000. Further ones are dropped and counted. Default 1,000.</summary>
    public int MaxQueued { get; set; } = 1_000;

    /// <summary>One request; more than zero. It is tried three times. Default 10 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The address without its path, which may be a secret.</summary>
    public override string ToString() => Uri.TryCreate(Url, UriKind.Absolute, out Uri? uri) ? uri.GetLeftPart(UriPartial.Authority) : "";
}
