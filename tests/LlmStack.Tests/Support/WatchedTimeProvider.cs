using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Support;

/// <summary>Virtual time that tells when somebody begins to wait for it, so that a test moves it neither too early nor again and again.</summary>
internal sealed class WatchedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Channel<TimeSpan> _armed = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Completes when a wait has begun that was not taken yet.</summary>
    public Task WaitBeganAsync() => _armed.Reader.WaitToReadAsync().AsTask();

    /// <summary>Completes when a wait of this length has begun; takes it, and those that began before it.</summary>
    public async Task WaitBeganAsync(TimeSpan length)
    {
        while (await _armed.Reader.ReadAsync().ConfigureAwait(false) != length)
        {
        }
    }

    /// <summary>Takes the wait that began first.</summary>
    public bool TryTakeWait(out TimeSpan wait) => _armed.Reader.TryRead(out wait);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        Note(dueTime);
        return new Watched(timer, this);
    }

    private void Note(TimeSpan dueTime)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            _armed.Writer.TryWrite(dueTime);
        }
    }

    private sealed class Watched(ITimer timer, WatchedTimeProvider time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool changed = timer.Change(dueTime, period);
            time.Note(dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
