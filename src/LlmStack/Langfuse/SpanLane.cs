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
    private readonly LangfuseOptions _options;
    private readonly LangfuseEndpoint _endpoint;
    private readonly SinkCounters _counters;
    private readonly DeliveryState _state;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private MemoryStream _body = new();

    public SpanLane(LangfuseOptions options, LangfuseEndpoint endpoint, Func<Action, IBatchQueue> queue, SinkCounters counters, DeliveryState state, TimeProvider time, ILogger logger)
        : base(time, logger)
    {
        _options = options;
        _endpoint = endpoint;
        _counters = counters;
        _state = state;
        _time = time;
        _logger = logger;
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
                reply = await _endpoint.PostAsync(_endpoint.Traces, content, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
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
            case ReplyKind.Delivered:
                batch.InvalidInARow = 0;
                _counters.Deliver(batch.Count);
                _state.Delivered(_endpoint.Traces);
                Finish(batch);
                return LaneWait.None;
            case ReplyKind.Invalid:
                Invalid(batch, reply);
                return LaneWait.None;
            case ReplyKind.TooLarge:
                TooLarge(batch);
                return LaneWait.None;
            default:
                LaneWait wait = new(_state.Failed(_endpoint.Traces, reply), MayHurry: reply.Kind == ReplyKind.Transient && reply.RetryAfter is null);
                Expire();
                return wait;
        }
    }

    private void Invalid(SpanBatch batch, in Reply reply)
    {
        // The server is there and answers; only this content is bad.
        if (++batch.InvalidInARow >= MaxInvalidInARow)
        {
            LangfuseLog.SpansRejected(_logger, batch.Remaining.Spans, _endpoint.Traces, reply.Status, reply.Reason);
            DropAll(batch, DropReason.Rejected);
        }
        else if (batch.Count > 1)
        {
            batch.Halve();
        }
        else
        {
            LangfuseLog.SpansRejected(_logger, 1, _endpoint.Traces, reply.Status, reply.Reason);
            Drop(batch, DropReason.Rejected);
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

        LangfuseLog.TooLarge(_logger, "span", batch.Bytes.Length, _endpoint.Traces);
        Drop(batch, DropReason.TooLarge);
        Finish(batch);
    }

    private void Finish(SpanBatch batch)
    {
        int spans = batch.Count;
        int bytes = batch.Bytes.Length;
        batch.Finish();
        Settled(batch, spans, bytes);
    }

    /// <summary>Counts the single span to be sent next as lost, or as given up when the server may have it from an earlier try.</summary>
    private void Drop(SpanBatch batch, DropReason reason)
    {
        if (batch.IsUncertain)
        {
            _counters.LoseSight(1);
        }
        else
        {
            _counters.Drop(reason, 1);
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
        byte[] header = OtlpSpanEncoder.RequestHeader(spans.Length, LangfuseEndpoint.Version);
        if (_body.Capacity > KeptBody)
        {
            _body.Dispose();
            _body = new MemoryStream();
        }

        _body.SetLength(0);
        if (_options.Gzip)
        {
            using var gzip = new GZipStream(_body, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(header);
            gzip.Write(spans.Span);
        }
        else
        {
            _body.Write(header);
            _body.Write(spans.Span);
        }

        var content = new ByteArrayContent(_body.GetBuffer(), 0, (int)_body.Length);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (_options.Gzip)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }
}
