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

    /// <summary>The project's id, part of the addresses of traces. Null: the server is asked for it when an address is wanted.</summary>
    public string? ProjectId { get; set; }

    /// <summary>How spans are written for the server. Default <see cref="LangfuseFormat.OpenTelemetry"/>; servers before 3.22 need <see cref="LangfuseFormat.IngestionBatch"/>.</summary>
    public LangfuseFormat Format { get; set; }

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

    /// <summary>
    /// Regions whose content this server may hold, as calls name them in <c>RoutingOptions.Region</c>; <c>*</c> for every region. Default none: spans of calls
    /// that were bound to a region arrive without input and output.
    /// </summary>
    public List<string> Regions { get; set; } = [];

    /// <summary>
    /// Whether batches are compressed. Null, the default: yes, unless the server is on this machine, where it would cost time and save nothing.
    /// <see cref="LangfuseFormat.IngestionBatch"/> never is: those servers do not inflate.
    /// </summary>
    public bool? Gzip { get; set; }

    /// <summary>
    /// Whether files in inputs and outputs (images, audio, PDFs; data URIs and base64) are uploaded apart and replaced by references. Default
    /// true, or the variable <c>LANGFUSE_MEDIA_UPLOAD_ENABLED</c>; otherwise they stay where they are and are cut with the rest.
    /// </summary>
    public bool UploadMedia { get; set; } = true;

    /// <summary>The largest file that is uploaded, in bytes; 1,024 or more. Default 20 MiB.</summary>
    public int MaxMediaBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Bytes of files waiting to be uploaded, at most; 64 KiB or more. Further ones are dropped and counted. Default 64 MiB.</summary>
    public long MaxQueuedMediaBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Keeps undelivered spans and scores in files; off unless its <see cref="SpoolOptions.Directory"/> is set.</summary>
    public SpoolOptions Spool { get; set; } = new();

    /// <summary>Credentials of further projects, by any id: traces with that <see cref="LlmContext.Project"/> are delivered with them and nowhere else.</summary>
    public Dictionary<string, LangfuseProjectOptions> Projects { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What becomes of traces with a <see cref="LlmContext.Project"/> that no credential belongs to, once <see cref="Projects"/> has entries. Default <see cref="UnknownProjectHandling.Drop"/>.</summary>
    public UnknownProjectHandling UnknownProjects { get; set; }

    /// <summary>These options with the identity of one project.</summary>
    internal LangfuseOptions For(LangfuseProjectOptions project)
    {
        var copy = (LangfuseOptions)MemberwiseClone();
        copy.PublicKey = project.PublicKey;
        copy.SecretKey = project.SecretKey;
        copy.BaseUrl = string.IsNullOrWhiteSpace(project.BaseUrl) ? BaseUrl : project.BaseUrl;
        copy.ProjectId = project.ProjectId;

        // Another server may stand in another region, so what is said of this one does not hold there.
        copy.Regions = project.Regions ?? (string.IsNullOrWhiteSpace(project.BaseUrl) ? Regions : []);
        copy.Projects = [];
        return copy;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{BaseUrl} {PublicKey}";
}
