namespace LlmStack;

/// <summary>Where traces go. Active when both keys are known.</summary>
public sealed class LangfuseOptions
{
    internal const string DefaultBaseUrl = "https://cloud.langfuse.com";

    /// <summary>Whether to send at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The project's public key. Null: the variable <c>LANGFUSE_PUBLIC_KEY</c>.</summary>
    public string? PublicKey { get; set; }

    /// <summary>The project's secret key. Null: the variable <c>LANGFUSE_SECRET_KEY</c>.</summary>
    public string? SecretKey { get; set; }

    /// <summary>The server. Null: the variable <c>LANGFUSE_BASE_URL</c>, else <c>LANGFUSE_HOST</c>, else <c>https://cloud.langfuse.com</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Spans waiting to be sent, at most; 16 or more. Further ones are dropped and counted. Default 10,000.</summary>
    public int MaxQueuedSpans { get; set; } = 10_000;

    /// <summary>Bytes waiting to be sent, at most; 64 KiB or more. Default 64 MiB.</summary>
    public long MaxQueuedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Spans in a batch, at most; 1 or more. Default 512.</summary>
    public int MaxBatchSpans { get; set; } = 512;

    /// <summary>Bytes in a batch before compression, at most; 16 KiB or more. Default 3 MiB.</summary>
    public int MaxBatchBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>A batch is sent after this time even when it is not full; more than zero. Default 2 s.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>One request to the server; more than zero. Default 10 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A batch that could not be delivered for this long is dropped and counted; more than zero. Default 5 minutes.</summary>
    public TimeSpan MaxRetryAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long host stop and dispose wait for delivery; more than zero. Default 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether batches are compressed. Default true.</summary>
    public bool Gzip { get; set; } = true;

    /// <summary>Keeps undelivered spans and scores in files; off unless its <see cref="SpoolOptions.Directory"/> is set.</summary>
    public SpoolOptions Spool { get; set; } = new();

    /// <inheritdoc/>
    public override string ToString() => $"{BaseUrl} {PublicKey}";
}
