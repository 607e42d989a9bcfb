using System.IO.Compression;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Sends batches of spans: repeats carry the same bytes, a bad span is searched by halving and dropped alone.</summary>
internal sealed class SpanLane : ShippingLane
{
    /// <summary>A batch of which nothing is valid would otherwise be asked about span by span.</summary>
    private const int MaxInvalidInARow = 24;
    private const int KeptBody = 8 * 1024 * 1024;
    private readonly LangfuseEndpoint _endpoint;
    private readonly SinkCounters _counters;
    private readonly DeliveryState _state;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpanFormat _format;
    private readonly Uri _url;
    private readonly MediaTypeHeaderValue _mediaType;
    private readonly bool _gzip;
    private MemoryStream _body = new();

    public SpanLane(LangfuseOptions options, SpanFormat format, LangfuseEndpoint endpoint, Func<Action, IBatchQueue> queue, SinkCounters counters, DeliveryState state, TimeProvider time, ILogger logger)
        : base(time, logger)
    {
        _endpoint = endpoint;
        _counters = counters;
        _state = state;
        _time = time;
        _logger = logger;
        _format = format;
        _url = _format.AddressOf(endpoint);
        _mediaType = new MediaTypeHeaderValue(_format.MediaType);
        _gzip = _format.MayCompress && (options.Gzip ?? !endpoint.IsLocal);
        Queue = queue(Wake);
    }

    public IBatchQueue Queue { get; }

    public DeliveryState State => _state;

    protected override bool HasWork
    {
        get
        {
            bool has = Queue.HasBatch;
            Settle(Queue.TakeSkipped());
            return has;
        }
    }

    public override long Mark() => Queue.CloseBatch();

    public override void StopTaking() => Queue.Stop();

    /// <summary>Drops what is left, after the loop has stopped.</summary>
    public long DropRest()
    {
        long lost = 0;
        while (Queue.Peek() is { } batch)
        {
            lost += DropAll(batch, DropReason.Shutdown);
        }

        return lost;
    }

    protected override async Task<LaneWait> ShipAsync(CancellationToken stop)
    {
        if (Queue.Peek() is not { } batch)
        {
            return LaneWait.None;
        }

        ReadOnlyMemory<byte> spans = batch.Bytes;
        Reply reply;
        using (HttpContent content = Content(spans))
        {
            try
            {
                reply = await _endpoint.PostAsync(_url, content, stop).ConfigureAwait(false);
            }
            catch (DeliveryCanceledException exception) when (exception.IsUncertain)
            {
                batch.MarkUncertain();
                throw;
            }
        }

        if (reply.IsUncertain)
        {
            batch.MarkUncertain();
        }

        switch (reply.Kind)
        {
            case ReplyKind.Delivered when reply.Body.Length > 0 && ItemErrors.Read(reply.Body) is { Count: > 0 } errors:
                return Sort(batch, errors);
            case ReplyKind.Delivered:
                batch.InvalidInARow = 0;
                _counters.Deliver(batch.Count);
                _state.Delivered(_url);
                Finish(batch);
                return LaneWait.None;
            case ReplyKind.Invalid:
                Invalid(batch, reply);
                return LaneWait.None;
            case ReplyKind.TooLarge:
                TooLarge(batch);
                return LaneWait.None;
            default:
                return Retry(reply);
        }
    }

    /// <summary>Some spans of the request were taken and some were not: the latter are dropped, or sent again alone.</summary>
    private LaneWait Sort(SpanBatch batch, Dictionary<string, (int Status, string Reason)> errors)
    {
        batch.InvalidInARow = 0;
        List<int> keep = [];
        int rejected = 0;
        long keptBytes = 0;
        (int Status, string Reason) refusal = (0, "");
        (int Status, string Reason) failure = (0, "");
        for (int i = 0; i < batch.Count; i++)
        {
            (int Status, string Reason) outcome = _format.OutcomeOf(batch.SpanAt(i), errors);
            bool retry = outcome.Status is 429 or >= 500 || outcome.Reason.Contains("not accepted", StringComparison.OrdinalIgnoreCase);
            if (retry)
            {
                keep.Add(i);
                keptBytes += batch.SpanAt(i).Length;
                failure = outcome;
            }
            else if (outcome.Status != 0)
            {
                rejected++;
                refusal = outcome;
            }
        }

        if (rejected > 0)
        {
            Lose(batch, DropReason.Rejected, rejected);
            LangfuseLog.SpansRejected(_logger, rejected, _url, refusal.Status, refusal.Reason);
        }

        int settled = batch.Count - keep.Count;
        _counters.Deliver(settled - rejected);
        long settledBytes = batch.Bytes.Length - keptBytes;
        batch.Keep(keep);
        Settled(batch, settled, settledBytes);
        if (keep.Count == 0)
        {
            _state.Delivered(_url);
            return LaneWait.None;
        }

        // A server that takes no more events of this kind at all is one for the other format; nothing is thrown away before somebody can say so.
        ReplyKind kind = failure.Status == 429 ? ReplyKind.RateLimited : failure.Status >= 500 ? ReplyKind.Transient : ReplyKind.WrongAddress;
        return Retry(new Reply(kind, failure.Status, $"status {failure.Status} for single spans: {failure.Reason}", [], RetryAfter: null));
    }

    private LaneWait Retry(in Reply reply)
    {
        LaneWait wait = new(_state.Failed(_url, reply), MayHurry: reply.Kind == ReplyKind.Transient && reply.RetryAfter is null);
        Expire();
        return wait;
    }

    private void Invalid(SpanBatch batch, in Reply reply)
    {
        // The server is there and answers; only this content is bad.
        if (++batch.InvalidInARow >= MaxInvalidInARow)
        {
            LangfuseLog.SpansRejected(_logger, batch.Remaining.Spans, _url, reply.Status, reply.Reason);
            DropAll(batch, DropReason.Rejected);
        }
        else if (batch.Count > 1)
        {
            batch.Halve();
        }
        else
        {
            LangfuseLog.SpansRejected(_logger, 1, _url, reply.Status, reply.Reason);
            Lose(batch, DropReason.Rejected, 1);
            Finish(batch);
        }
    }

    private void TooLarge(SpanBatch batch)
    {
        if (batch.Count > 1)
        {
            batch.Halve();
            return;
        }

        LangfuseLog.TooLarge(_logger, "span", batch.Bytes.Length, _url);
        Lose(batch, DropReason.TooLarge, 1);
        Finish(batch);
    }

    private void Finish(SpanBatch batch)
    {
        int spans = batch.Count;
        int bytes = batch.Bytes.Length;
        batch.Finish();
        Settled(batch, spans, bytes);
    }

    /// <summary>Counts some of the spans to be sent next as lost, or as given up when the server may have them from an earlier try.</summary>
    private void Lose(SpanBatch batch, DropReason reason, int count)
    {
        if (batch.IsUncertain)
        {
            _counters.LoseSight(count);
        }
        else
        {
            _counters.Drop(reason, count);
        }
    }

    private void Settled(SpanBatch batch, int spans, long bytes)
    {
        Queue.Settled(batch, spans, bytes);
        if (batch.IsDone)
        {
            Queue.Dequeue();
        }

        if (!batch.IsRecovered)
        {
            Settle(spans);
        }
    }

    private int DropAll(SpanBatch batch, DropReason reason)
    {
        (int spans, long bytes) = batch.Remaining;
        int uncertain = batch.Uncertain;
        _counters.LoseSight(uncertain);
        _counters.Drop(reason, spans - uncertain);
        batch.FinishAll();
        Settled(batch, spans, bytes);
        return spans;
    }

    private void Expire()
    {
        while (Queue.Peek() is { } batch && _time.GetElapsedTime(batch.ClosedAt) >= Queue.MaxAge)
        {
            // Said before it is settled: whoever waits for a flush finds the line.
            LangfuseLog.Expired(_logger, batch.Remaining.Spans, "spans", Queue.MaxAge);
            DropAll(batch, DropReason.Expired);
        }
    }

    private ByteArrayContent Content(ReadOnlyMemory<byte> spans)
    {
        if (_body.Capacity > KeptBody)
        {
            _body.Dispose();
            _body = new MemoryStream();
        }

        _body.SetLength(0);
        if (_gzip)
        {
            using var gzip = new GZipStream(_body, CompressionLevel.Fastest, leaveOpen: true);
            _format.WriteBody(gzip, spans.Span);
        }
        else
        {
            _format.WriteBody(_body, spans.Span);
        }

        var content = new SentContent(_body.GetBuffer(), 0, (int)_body.Length);
        content.Headers.ContentType = _mediaType;
        if (_gzip)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }
}
