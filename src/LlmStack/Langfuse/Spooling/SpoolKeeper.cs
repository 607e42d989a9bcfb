using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// The one thread that waits for the disk: it makes segments ahead of need, syncs them, and looks for what dead processes left. Neither callers
/// nor the pool's threads do any of it.
/// </summary>
internal sealed class SpoolKeeper : IDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);
    private readonly AutoResetEvent _wake = new(false);
    private readonly IReadOnlyList<Spool> _spools;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Thread _thread;
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

        _thread = new Thread(Run) { IsBackground = true, Name = "LlmStack spool" };
        _thread.UnsafeStart();
        Wake();
    }

    public void Wake() => _wake.Set();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _timer.Dispose();
            Wake();

            // A disk that hangs must not hold the process's end up.
            if (_thread.Join(LongestEnd))
            {
                _wake.Dispose();
            }
        }
    }

    private void Tick()
    {
        Volatile.Write(ref _tick, 1);
        Wake();
    }

    private void Run()
    {
        while (Volatile.Read(ref _stopped) == 0)
        {
            bool isTick = Interlocked.Exchange(ref _tick, 0) != 0;
            foreach (Spool spool in _spools)
            {
                try
                {
                    spool.Tend(isTick);
                }
                catch (Exception exception)
                {
                    LangfuseLog.SpoolKeeperFailed(_logger, exception);
                }
            }

            _wake.WaitOne();
        }
    }
}
