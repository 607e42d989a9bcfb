using System.Buffers;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Sends scores: in batches, or one by one to servers that take no batches any more.</summary>
internal sealed class ScoreLane : ShippingLane
{
    private readonly List<ScoreItem> _chunk = [];
    private readonly LangfuseEndpoint _endpoint;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _oneByOne;
    private bool _saidRejected;
    private int _limit = ScoreQueue.MaxBatch;
    private int _taken;

    public ScoreLane(LangfuseEndpoint endpoint, Func<Action, IScoreQueue> queue, SinkCounters counters, DeliveryState state, TimeProvider time, ILogger logger)
        : base(time, logger)
    {
        _endpoint = endpoint;
        _counters = counters;
        State = state;
        _time = time;
        _logger = logger;
        Queue = queue(Wake);
    }

    public IScoreQueue Queue { get; }

    public DeliveryState State { get; }

    protected override bool HasWork
    {
        get
        {
            bool has = _chunk.Count > 0 || Queue.IsDue;
            Settle(Queue.TakeSkipped());
            return has;
        }
    }

    public override long Mark() => Queue.MakeDue();

    public override void StopTaking() => Queue.Stop();

    /// <summary>Drops what is left, after the loop has stopped.</summary>
    public long DropRest()
    {
        long lost = 0;
        while (HasWork)
        {
            TakeChunk();
            lost += _chunk.Count;
            Lose(DropReason.Shutdown, _chunk.Count);
            SettleChunk();
        }

        return lost;
    }

    protected override async Task<LaneWait> ShipAsync(CancellationToken stop)
    {
        TakeChunk();
        if (_chunk.Count == 0)
        {
            return LaneWait.None;
        }

        int count = _oneByOne ? 1 : Math.Min(_limit, _chunk.Count);
        Uri url = _oneByOne ? _endpoint.Scores : _endpoint.Ingestion;
        Reply reply;
        using (HttpContent content = Content(count))
        {
            try
            {
                reply = await _endpoint.PostAsync(url, content, stop).ConfigureAwait(false);
            }
            catch (DeliveryCanceledException exception) when (exception.IsUncertain)
            {
                MarkUncertain(count);
                throw;
            }
        }

        if (reply.IsUncertain)
        {
            MarkUncertain(count);
        }

        LaneWait wait = Judge(url, count, reply);
        SettleChunk();
        return wait;
    }

    private LaneWait Judge(Uri url, int count, in Reply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Delivered:
                return Delivered(url, count, reply);
            case ReplyKind.WrongAddress when _oneByOne && reply.Status == 404 && State.Status.IsHealthy && _counters.Delivered > 0:
                // This address worked before: the score names something that does not exist.
                Reject(count, reply.Status, reply.Reason, url);
                return LaneWait.None;
            case ReplyKind.WrongAddress when !_oneByOne && reply.Status is 404 or 405 or 410:
                OneByOne(url, reply.Status);
                return LaneWait.None;
            case ReplyKind.Invalid:
                Invalid(url, count, reply);
                return LaneWait.None;
            case ReplyKind.TooLarge when count > 1:
                _limit = count / 2;
                return LaneWait.None;
            case ReplyKind.TooLarge:
                LangfuseLog.TooLarge(_logger, "score", _chunk[0].Body.Length, url);
                Lose(DropReason.TooLarge, 1);
                return LaneWait.None;
            default:
                return Retry(url, reply);
        }
    }

    private LaneWait Delivered(Uri url, int count, in Reply reply)
    {
        Dictionary<string, (int Status, string Reason)> errors = reply.Body.Length == 0 ? [] : ItemErrors.Read(reply.Body);
        if (errors.Count == 0)
        {
            State.Delivered(url);
            _counters.Deliver(count);
            _chunk.RemoveRange(0, count);
            return LaneWait.None;
        }

        int kept = 0;
        int rejected = 0;
        (int Status, string Reason) last = (0, "");
        (int Status, string Reason) again = (0, "");
        for (int i = 0; i < count; i++)
        {
            if (!errors.TryGetValue(_chunk[kept].EnvelopeId, out (int Status, string Reason) error))
            {
                _counters.Deliver(1);
                _chunk.RemoveAt(kept);
            }
            else if (error.Status is 429 or >= 500)
            {
                again = error;
                kept++;
            }
            else if (error.Reason.Contains("not accepted", StringComparison.OrdinalIgnoreCase))
            {
                OneByOne(url, error.Status);
                kept++;
            }
            else
            {
                last = error;
                rejected++;
                Lose(DropReason.Rejected, 1, kept);
            }
        }

        if (rejected > 0)
        {
            SayRejected(rejected, last.Status, last.Reason, url);
        }

        if (again.Status == 0)
        {
            State.Delivered(url);
            return LaneWait.None;
        }

        return Retry(url, new Reply(again.Status == 429 ? ReplyKind.RateLimited : ReplyKind.Transient, again.Status, $"status {again.Status} for single scores", [], RetryAfter: null));
    }

    private void Invalid(Uri url, int count, in Reply reply)
    {
        if (!_oneByOne && reply.Reason.Contains("not accepted", StringComparison.OrdinalIgnoreCase))
        {
            OneByOne(url, reply.Status);
        }
        else if (count > 1)
        {
            _limit = count / 2;
        }
        else
        {
            Reject(1, reply.Status, reply.Reason, url);
        }
    }

    private void Reject(int count, int status, string reason, Uri url)
    {
        Lose(DropReason.Rejected, count);
        SayRejected(count, status, reason, url);
    }

    private void SayRejected(int count, int status, string reason, Uri url)
    {
        if (!_saidRejected)
        {
            _saidRejected = true;
            LangfuseLog.ScoresRejected(_logger, count, url, status, reason);
        }
    }

    private void OneByOne(Uri url, int status)
    {
        if (!_oneByOne)
        {
            _oneByOne = true;
            LangfuseLog.ScoresOneByOne(_logger, url, status);
        }
    }

    private void MarkUncertain(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _chunk[i].IsUncertain = true;
        }
    }

    /// <summary>Takes scores off the chunk; those that the server may have from an earlier try count as given up unanswered.</summary>
    private void Lose(DropReason reason, int count, int first = 0)
    {
        int uncertain = 0;
        for (int i = first; i < first + count; i++)
        {
            uncertain += _chunk[i].IsUncertain ? 1 : 0;
        }

        _counters.LoseSight(uncertain);
        _counters.Drop(reason, count - uncertain);
        _chunk.RemoveRange(first, count);
    }

    private LaneWait Retry(Uri url, in Reply reply)
    {
        TimeSpan wait = State.Failed(url, reply);
        int lost = 0;
        while (lost < _chunk.Count && _time.GetElapsedTime(_chunk[lost].QueuedAt) >= Queue.MaxAge)
        {
            lost++;
        }

        if (lost > 0)
        {
            Lose(DropReason.Expired, lost);
            LangfuseLog.Expired(_logger, lost, "scores", Queue.MaxAge);
        }

        return new LaneWait(wait, MayHurry: reply.Kind == ReplyKind.Transient && reply.RetryAfter is null);
    }

    private void TakeChunk()
    {
        if (_chunk.Count == 0)
        {
            Queue.Take(_chunk);
            _taken = _chunk.Count;
            _limit = ScoreQueue.MaxBatch;
        }
    }

    /// <summary>A chunk counts as settled as a whole: later scores of it must not stand in for an earlier one that is still tried.</summary>
    private void SettleChunk()
    {
        if (_chunk.Count == 0 && _taken > 0)
        {
            Settle(Queue.Settled(_taken));
            _taken = 0;
        }
    }

    private ByteArrayContent Content(int count)
    {
        ByteArrayContent content;
        if (_oneByOne)
        {
            content = new SentContent(_chunk[0].Body);
        }
        else
        {
            var buffer = new ArrayBufferWriter<byte>(1024);
            ScoreEncoder.Batch(buffer, _chunk, count);
            content = new SentContent(buffer.WrittenSpan.ToArray());
        }

        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
