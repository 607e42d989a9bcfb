using System.Runtime.InteropServices;

namespace LlmStack.Tracing;

/// <summary>
/// Lets a sink finish when the process ends in order and nobody disposes anything: at the end of <c>Main</c>, at
/// <see cref="Environment.Exit"/>, and at SIGTERM, for which the runtime itself does nothing any more.
/// </summary>
internal sealed class ExitDrain : IDisposable
{
    private static int _hosts;
    private readonly Action _flush;
    private readonly Action _end;
    private readonly PosixSignalRegistration? _signal;

    /// <param name="flush">Delivers what is there, within a bound; the process may go on.</param>
    /// <param name="end">The same, for the last time.</param>
    public ExitDrain(Action flush, Action end)
    {
        _flush = flush;
        _end = end;
        AppDomain.CurrentDomain.ProcessExit += AtExit;
        try
        {
            _signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, AtSignal);
        }
        catch (PlatformNotSupportedException)
        {
            // Where there are no signals, nothing can be missed.
        }
    }

    /// <summary>A host stops its services at a signal and flushes afterwards; it must not wait for us before that.</summary>
    public static void HostStarted() => Interlocked.Increment(ref _hosts);

    public static void HostStopped() => Interlocked.Decrement(ref _hosts);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= AtExit;
        _signal?.Dispose();
    }

    private void AtExit(object? sender, EventArgs e) => _end();

    private void AtSignal(PosixSignalContext context)
    {
        if (!context.Cancel && Volatile.Read(ref _hosts) == 0)
        {
            _flush();
        }
    }
}
