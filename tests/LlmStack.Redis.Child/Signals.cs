using System.Runtime.InteropServices;

namespace LlmStack.Redis.Child;

/// <summary>Signals to processes that this program started.</summary>
public static partial class Signals
{
    private const int Kill = 9;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>Halts a process where it stands; its sockets stay open.</summary>
    public static void Halt(int process) => Send(process, Stop);

    public static void Resume(int process) => Send(process, Continue);

    public static void End(int process) => Send(process, Kill);

    private static void Send(int process, int signal)
    {
        // 3: it has ended already.
        if (SysKill(process, signal) != 0 && Marshal.GetLastPInvokeError() is not 3 and var error)
        {
            throw new InvalidOperationException($"Signal {signal} to process {process} failed: error {error}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SysKill(int process, int signal);
}
