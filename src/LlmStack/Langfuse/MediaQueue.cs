using LlmStack.Tracing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Files waiting to be uploaded, bounded by bytes. The same bytes are held once, however many observations name them.</summary>
internal sealed class MediaQueue(LangfuseOptions options, SinkCounters counters, TimeProvider time, ILogger logger, Action wake)
{
    private readonly Lock _lock = new();
    private readonly Queue<MediaUpload> _uploads = new();
    private readonly HashSet<(TraceId, SpanId, MediaField, string)> _known = [];
    private readonly Dictionary<string, (MediaItem Item, int Uses)> _files = new(StringComparer.Ordinal);
    private long _bytes;
    private bool _isClosed;
    private bool _saidFull;

    public long Bytes => Volatile.Read(ref _bytes);

    public bool HasWork
    {
        get
        {
            lock (_lock)
            {
                return _uploads.Count > 0;
            }
        }
    }

    public void Add(SpanRecord record, List<MediaItem> media)
    {
        lock (_lock)
        {
            for (int i = 0; i < media.Count; i++)
            {
                Add(record.TraceId, record.SpanId, media[i]);
            }

            wake();
        }
    }

    /// <summary>How many uploads were accepted so far.</summary>
    public long Mark()
    {
        lock (_lock)
        {
            return counters.Accepted;
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    public MediaUpload? Peek()
    {
        lock (_lock)
        {
            return _uploads.TryPeek(out MediaUpload? upload) ? upload : null;
        }
    }

    /// <summary>Removes the first upload, which is settled.</summary>
    public void Dequeue()
    {
        lock (_lock)
        {
            MediaUpload upload = _uploads.Dequeue();
            _known.Remove((upload.TraceId, upload.SpanId, upload.Item.Field, upload.Item.Id));
            (MediaItem item, int uses) = _files[upload.Item.Id];
            if (uses > 1)
            {
                _files[item.Id] = (item, uses - 1);
                return;
            }

            _files.Remove(item.Id);
            _bytes -= item.Bytes.Length;
            _saidFull &= _bytes > options.MaxQueuedMediaBytes / 2;
        }
    }

    private void Add(TraceId traceId, SpanId spanId, MediaItem item)
    {
        if (_isClosed)
        {
            counters.TurnAway(DropReason.Shutdown);
            return;
        }

        if (!_known.Add((traceId, spanId, item.Field, item.Id)))
        {
            return;
        }

        if (_files.TryGetValue(item.Id, out (MediaItem Item, int Uses) file))
        {
            _files[item.Id] = (file.Item, file.Uses + 1);
            item = item with { Bytes = file.Item.Bytes };
        }
        else if (_bytes + item.Bytes.Length > options.MaxQueuedMediaBytes || _uploads.Count >= options.MaxQueuedSpans)
        {
            _known.Remove((traceId, spanId, item.Field, item.Id));
            Full();
            return;
        }
        else
        {
            _files[item.Id] = (item, 1);
            _bytes += item.Bytes.Length;
        }

        _uploads.Enqueue(new MediaUpload(traceId, spanId, item, time.GetTimestamp()));
        counters.Accept();
    }

    private void Full()
    {
        counters.TurnAway(DropReason.QueueFull);
        if (!_saidFull)
        {
            _saidFull = true;
            LangfuseLog.MediaQueueFull(logger, _uploads.Count, _bytes);
        }
    }
}
