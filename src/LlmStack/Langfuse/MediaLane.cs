using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Uploads files: asks the server where to, sends the bytes there, and tells the server how that went.</summary>
internal sealed class MediaLane : ShippingLane
{
    private const int MaxTries = 3;
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);
    private readonly LangfuseOptions _options;
    private readonly LangfuseEndpoint _endpoint;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _saidFailed;

    public MediaLane(LangfuseOptions options, LangfuseEndpoint endpoint, SinkCounters counters, DeliveryState state, TimeProvider time, ILogger logger)
        : base(time, logger)
    {
        _options = options;
        _endpoint = endpoint;
        _counters = counters;
        _time = time;
        _logger = logger;
        State = state;
        Queue = new MediaQueue(options, counters, time, logger, Wake);
    }

    public MediaQueue Queue { get; }

    public DeliveryState State { get; }

    protected override bool HasWork => Queue.HasWork;

    public override long Mark() => Queue.Mark();

    public override void StopTaking() => Queue.Stop();

    /// <summary>Drops what is left, after the loop has stopped.</summary>
    public long DropRest()
    {
        long lost = 0;
        while (Queue.Peek() is not null)
        {
            Drop(DropReason.Shutdown);
            lost++;
        }

        return lost;
    }

    protected override async Task<LaneWait> ShipAsync(CancellationToken stop)
    {
        if (Queue.Peek() is not { } upload)
        {
            return LaneWait.None;
        }

        if (upload.UploadStatus is >= 200 and < 300)
        {
            return await ConfirmAsync(upload, stop).ConfigureAwait(false);
        }

        return upload.UploadUrl is null
            ? await AskAsync(upload, stop).ConfigureAwait(false)
            : await SendAsync(upload, upload.UploadUrl, stop).ConfigureAwait(false);
    }

    private async Task<LaneWait> AskAsync(MediaUpload upload, CancellationToken stop)
    {
        Reply reply;
        using (HttpContent content = MediaJson.Question(upload))
        {
            reply = await _endpoint.SendAsync(HttpMethod.Post, _endpoint.Media, content, wantsBody: true, stop).ConfigureAwait(false);
        }

        if (reply.Kind != ReplyKind.Delivered)
        {
            return Failed(_endpoint.Media, reply);
        }

        State.Delivered(_endpoint.Media);
        upload.UploadUrl = MediaJson.UploadUrl(reply.Body);
        if (upload.UploadUrl is null)
        {
            // The server has these bytes already and has noted that this observation names them too.
            Finish();
        }

        return LaneWait.None;
    }

    private async Task<LaneWait> SendAsync(MediaUpload upload, Uri url, CancellationToken stop)
    {
        long started = _time.GetTimestamp();
        Reply reply;
        using (var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(upload.Item.Bytes) })
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaJson.Accepted(upload.Item.ContentType));

            // The address is signed for these headers; Google's storage wants none but the first.
            if (!url.Host.EndsWith("storage.googleapis.com", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation("x-amz-checksum-sha256", Convert.ToBase64String(upload.Item.Sha256));
                request.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
            }

            reply = await _endpoint.SendAsync(request, wantsBody: false, stop).ConfigureAwait(false);
        }

        upload.UploadTime = _time.GetElapsedTime(started);
        upload.UploadedAt = _time.GetUtcNow();
        upload.UploadStatus = reply.Status;
        upload.UploadError = reply.Kind == ReplyKind.Delivered ? null : reply.Reason;
        upload.Tries++;
        if (reply.Kind == ReplyKind.Delivered)
        {
            return LaneWait.None;
        }

        if (upload.Tries < MaxTries)
        {
            // The address may have run out in the meantime: another is asked for.
            upload.UploadUrl = null;
            return new LaneWait(AgainAfter * upload.Tries, MayHurry: true);
        }

        await ConfirmFailureAsync(upload, stop).ConfigureAwait(false);
        Say($"the storage answered with status {reply.Status}: {reply.Reason}");
        Drop(DropReason.Rejected);
        return LaneWait.None;
    }

    private async Task<LaneWait> ConfirmAsync(MediaUpload upload, CancellationToken stop)
    {
        Uri url = new($"{_endpoint.Media}/{upload.Item.Id}");
        Reply reply = await PatchAsync(upload, url, stop).ConfigureAwait(false);
        if (reply.Kind != ReplyKind.Delivered)
        {
            return Failed(url, reply);
        }

        Finish();
        return LaneWait.None;
    }

    private Task<Reply> ConfirmFailureAsync(MediaUpload upload, CancellationToken stop) => PatchAsync(upload, new Uri($"{_endpoint.Media}/{upload.Item.Id}"), stop);

    private async Task<Reply> PatchAsync(MediaUpload upload, Uri url, CancellationToken stop)
    {
        using HttpContent content = MediaJson.Outcome(upload);
        return await _endpoint.SendAsync(HttpMethod.Patch, url, content, wantsBody: false, stop).ConfigureAwait(false);
    }

    private LaneWait Failed(Uri url, in Reply reply)
    {
        if (reply.Kind is ReplyKind.Invalid or ReplyKind.TooLarge)
        {
            Say($"{url} answered with status {reply.Status}: {reply.Reason}");
            Drop(reply.Kind == ReplyKind.Invalid ? DropReason.Rejected : DropReason.TooLarge);
            return LaneWait.None;
        }

        LaneWait wait = new(State.Failed(url, reply), MayHurry: reply.Kind == ReplyKind.Transient && reply.RetryAfter is null);
        int expired = 0;
        while (Queue.Peek() is { } oldest && _time.GetElapsedTime(oldest.QueuedAt) >= _options.MaxRetryAge)
        {
            Drop(DropReason.Expired);
            expired++;
        }

        if (expired > 0)
        {
            LangfuseLog.Expired(_logger, expired, "media", _options.MaxRetryAge);
        }

        return wait;
    }

    private void Finish()
    {
        _counters.Deliver(1);
        Queue.Dequeue();
        Settle(1);
    }

    private void Drop(DropReason reason)
    {
        _counters.Drop(reason, 1);
        Queue.Dequeue();
        Settle(1);
    }

    private void Say(string reason)
    {
        if (!_saidFailed)
        {
            _saidFailed = true;
            LangfuseLog.MediaFailed(_logger, reason);
        }
    }
}
