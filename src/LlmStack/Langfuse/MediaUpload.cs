using LlmStack.Tracing;
using LlmStack.Tracing.Media;

namespace LlmStack.Langfuse;

/// <summary>A file on its way: to which observation it belongs, and how far it has come.</summary>
internal sealed class MediaUpload(TraceId traceId, SpanId spanId, MediaItem item, long queuedAt)
{
    public TraceId TraceId { get; } = traceId;

    public SpanId SpanId { get; } = spanId;

    public MediaItem Item { get; } = item;

    /// <summary>A timestamp.</summary>
    public long QueuedAt { get; } = queuedAt;

    /// <summary>Where the server wants the bytes; null before it was asked, and again when that address did not work.</summary>
    public Uri? UploadUrl { get; set; }

    /// <summary>What the storage answered; 0 before.</summary>
    public int UploadStatus { get; set; }

    public string? UploadError { get; set; }

    public DateTimeOffset UploadedAt { get; set; }

    public TimeSpan UploadTime { get; set; }

    /// <summary>How often the storage was tried.</summary>
    public int Tries { get; set; }
}
