using System.Collections.Concurrent;
using LlmStack.Limits.Scopes;
using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>
/// Exchanges what is used of limits and budgets. Calls leave a note in a queue; everything else is done by one loop. What is sent is always
/// the whole of this process's use, so sending it twice or again after a loss is right at any time.
/// </summary>
internal sealed class ScopeSharing
{
    /// <summary>So long after a call a counter is exchanged every time.</summary>
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(10);

    /// <summary>Idle ones are looked at this often, because use leaves a sliding window by itself.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>What has not changed is told again: calls under way would be forgotten, and a failover may have lost what was told.</summary>
    private static readonly TimeSpan RunningRefresh = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    /// <summary>Redis remembers the number of a silent process's last exchange this long.</summary>
    private static readonly TimeSpan ProcessLives = TimeSpan.FromHours(1);

    private readonly string _prefix;
    private readonly int _most;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<ScopeLink> _changed = new();
    private readonly Lock _gate = new();
    private readonly HashSet<ScopeLink> _links = [];
    private readonly List<ScopeLink> _busy = [];
    private readonly ScopeBatch _batch;
    private readonly RedisKey _process;
    private int _created;
    private long _number;
    private long _nextSweep = long.MinValue;
    private bool _tellAll;
    private bool _wasKnown;

    public ScopeSharing(string prefix, string instance, int most, TimeProvider time)
    {
        _prefix = prefix;
        _most = most;
        _time = time;
        Instance = instance;
        _process = $"{prefix}i:{instance}";
        _batch = new ScopeBatch(prefix);
    }

    public string Instance { get; }

    /// <summary>Whether counters were left out because there are too many.</summary>
    public bool LeavesOut { get; private set; }

    /// <summary>Times that Redis did not know this process any more, and was told everything again.</summary>
    public int Forgotten { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _links.Count;
            }
        }
    }

    /// <summary>On the path of a call: a read and, once in an exchange, a place in a queue.</summary>
    public void Changed(ISharedScope scope)
    {
        if ((scope.Link as ScopeLink ?? Attach(scope)) is { IsDirty: false } link)
        {
            link.IsDirty = true;
            _changed.Enqueue(link);
        }
    }

    /// <summary>Redis may have lost anything: the next exchange tells everything that still counts.</summary>
    public void TellAll() => _tellAll = true;

    /// <summary>Tells what has changed, and learns what others use.</summary>
    public async Task ExchangeAsync(Func<RedisKey[], RedisValue[], Task<RedisResult>> run)
    {
        long now = _time.GetTimestamp();
        bool all = _tellAll;
        bool sweep = all || now >= _nextSweep;
        _tellAll = false;
        try
        {
            TakeChanged(now);
            bool unknown = false;
            foreach (ScopeLink link in sweep ? Everything() : [.. _busy])
            {
                if (!Prepare(link, now, all))
                {
                    continue;
                }

                _batch.Add(link);
                if (_batch.IsFull)
                {
                    unknown |= await SendAsync(run).ConfigureAwait(false);
                }
            }

            // A sweep asks even when there is nothing to tell: whether Redis still knows this process.
            if (_batch.Links.Count > 0 || sweep)
            {
                unknown |= await SendAsync(run).ConfigureAwait(false);
            }

            _nextSweep = sweep ? now + Ticks(SweepInterval) : _nextSweep;
            if (unknown && _wasKnown)
            {
                Forgotten++;
                _tellAll = !all;
            }

            _wasKnown = true;
        }
        catch
        {
            // Nobody knows what arrived.
            _tellAll = true;
            throw;
        }
        finally
        {
            _batch.Clear();
        }
    }

    private ScopeLink? Attach(ISharedScope scope)
    {
        lock (_gate)
        {
            if (scope.Link is ScopeLink known)
            {
                return known;
            }

            if (_links.Count >= _most)
            {
                LeavesOut = true;
                return null;
            }

            var link = new ScopeLink(scope, FormattableString.Invariant($"{Instance}.{++_created}"));
            _links.Add(link);
            scope.Link = link;
            return link;
        }
    }

    private void TakeChanged(long now)
    {
        while (_changed.TryDequeue(out ScopeLink? link))
        {
            // Before the counter is read: what changes afterwards comes into the queue again.
            link.IsDirty = false;
            link.Asked = now;
            if (!link.IsBusy)
            {
                link.IsBusy = true;
                _busy.Add(link);
            }
        }

        long before = now - Ticks(BusyFor);
        _busy.RemoveAll(link =>
        {
            if (link.Asked >= before || link.Scope.HasWaiters)
            {
                return false;
            }

            link.IsBusy = false;
            return true;
        });
    }

    private ScopeLink[] Everything()
    {
        lock (_gate)
        {
            return [.. _links];
        }
    }

    /// <summary>Whether the counter is part of this exchange.</summary>
    private bool Prepare(ScopeLink link, long now, bool all)
    {
        ScopeUse use = link.Scope.Read();
        bool changed = use.Amounts != link.Sent.Amounts || (use.Bucket != link.Sent.Bucket && use.Amounts != default);
        link.Sending = use;
        link.Writes = changed || (use.Amounts != default && (all || now >= link.RefreshAt));
        if (!link.Writes && !link.IsBusy)
        {
            if (use.Amounts == default && (link.Others == default || link.Scope.IsForgotten))
            {
                Detach(link);
                return false;
            }

            // A budget keeps what it knows of the others until its window ends. A limit forgets it after a window, so it has to ask.
            if (link.Scope.IsFixed || now < link.LookAt)
            {
                return false;
            }
        }

        if (link.Writes && changed && use.Amounts == default)
        {
            // Removed from where it stands.
            link.Sending = use with { Bucket = link.Sent.Bucket };
        }

        link.RefreshAt = link.Writes ? now + Ticks(use.Amounts.Running > 0 ? RunningRefresh : Refresh) : link.RefreshAt;
        TimeSpan look = link.Scope.Length / 4;
        link.LookAt = now + Ticks(look < SweepInterval ? SweepInterval : look > LongestLook ? LongestLook : look);
        return true;
    }

    private void Detach(ScopeLink link)
    {
        lock (_gate)
        {
            // A call that comes in this moment keeps it.
            if (!link.IsDirty)
            {
                _links.Remove(link);
                link.Scope.Link = null;
            }
        }
    }

    private async Task<bool> SendAsync(Func<RedisKey[], RedisValue[], Task<RedisResult>> run)
    {
        RedisResult answer = await run(_batch.Keys(_process), _batch.Arguments(++_number, ProcessLives)).ConfigureAwait(false);
        bool unknown = _batch.Apply(answer);
        _batch.Clear();
        return unknown;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
