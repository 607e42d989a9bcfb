using System.Runtime.InteropServices;

namespace LlmStack.FaultRuns;

/// <summary>The processor time of the current thread, which .NET does not tell.</summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3;

    /// <summary>Null where the system has no such clock.</summary>
    public static TimeSpan? Current =>
        OperatingSystem.IsLinux() && ClockGetTime(ThreadClock, out Timespec time) == 0 ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100)) : null;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
