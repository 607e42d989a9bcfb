using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// The threads that wait for the disk: one makes segments ahead of need, the other syncs them and looks for what dead processes left, which may
/// take long and must not keep the first one. Neither callers nor the pool's threads do any of it.
/// </summary>
internal sealed class SpoolKeeper : IDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);
    private readonly AutoResetEvent _wake = new(false);
    private readonly AutoResetEvent _due = new(false);
    private readonly IReadOnlyList<Spool> _spools;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Thread _maker;
    private readonly Thread _syncer;
    private int _tick = 1;
    private int _stopped;

    public SpoolKeeper(IReadOnlyList<Spool> spools, TimeSpan syncInterval, TimeProvider time, ILogger logger)
    {
        _spools = spools;
        _logger = logger;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static state => ((SpoolKeeper)state!).Tick(), this, syncInterval, syncInterval);
        }

        _maker = Start(Make, "LlmStack spool");
        _syncer = Start(Sync, "LlmStack sync");
    }

    public void Wake() => Signal(_wake);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _timer.Dispose();
            Signal(_wake);
            Signal(_due);

            // A disk that hangs must not hold the process's end up.
            if (_maker.Join(LongestEnd))
            {
                _wake.Dispose();
            }

            if (_syncer.Join(LongestEnd))
            {
                _due.Dispose();
            }
        }
    }

    private static Thread Start(ThreadStart body, string name)
    {
        var thread = new Thread(body) { IsBackground = true, Name = name };
        thread.UnsafeStart();
        return thread;
    }

    private static void Signal(AutoResetEvent thread)
    {
        try
        {
            thread.Set();
        }
        catch (ObjectDisposedException)
        {
            // A tick that was under way when the timer was disposed.
        }
    }

    private void Tick()
    {
        Volatile.Write(ref _tick, 1);
        Signal(_wake);
        Signal(_due);
    }

    private void Make()
    {
        while (Volatile.Read(ref _stopped) == 0)
        {
            bool isTick = Interlocked.Exchange(ref _tick, 0) != 0;
            Each(spool => spool.Tend(isTick));
            _wake.WaitOne();
        }
    }

    private void Sync()
    {
        while (Volatile.Read(ref _stopped) == 0)
        {
            Each(static spool => spool.Sync());
            _due.WaitOne();
        }
    }

    private void Each(Action<Spool> action)
    {
        foreach (Spool spool in _spools)
        {
            try
            {
                action(spool);
            }
            catch (Exception exception)
            {
                LangfuseLog.SpoolKeeperFailed(_logger, exception);
            }
        }
    }
}
