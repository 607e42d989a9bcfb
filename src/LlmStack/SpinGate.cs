using System.Runtime.CompilerServices;

namespace LlmStack;

/// <summary>
/// A lock of four bytes that lies beside the numbers it guards, for sections of a few dozen instructions that neither wait nor call
/// user code. Not reentrant.
/// </summary>
internal struct SpinGate
{
    private int _taken;

    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            Wait();
        }
    }

    public void Exit() => Volatile.Write(ref _taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        var spinner = default(SpinWait);
        do
        {
            // Yields the processor, but never sleeps: a millisecond is ten thousand times what is waited for.
            spinner.SpinOnce(sleep1Threshold: -1);
        }
        while (Volatile.Read(ref _taken) != 0 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0);
    }
}
