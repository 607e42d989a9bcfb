using System.Diagnostics;

namespace LlmStack.Sqlite;

/// <summary>This process, as the file knows it: by a name of its own, and by where it runs.</summary>
internal sealed class SqliteOwner(TimeProvider time)
{
    /// <summary>How long an owner that says nothing is taken to be alive. One of the same machine is known to be gone as soon as its process is.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>The time a process is said to have begun is worked out from the clock, which may be set meanwhile.</summary>
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(10);

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public static string Machine => Environment.MachineName;

    public static long Process => Environment.ProcessId;

    public static long Started { get; } = StartOf(System.Diagnostics.Process.GetCurrentProcess()) ?? 0;

    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Until when this process is alive unless it says so again.</summary>
    public long LeaseEnd => Now + (long)Lease.TotalMilliseconds;

    /// <summary>Whether a process of this machine is certainly gone.</summary>
    public static bool IsGone(string machine, long process, long started)
    {
        if (!string.Equals(machine, Machine, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var other = System.Diagnostics.Process.GetProcessById((int)process);
            return StartOf(other) is { } begun && Math.Abs(begun - started) > StartTolerance.TotalMilliseconds;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    /// <summary>Null when the system does not tell: then only the lease counts.</summary>
    private static long? StartOf(Process process)
    {
        try
        {
            return SqliteTime.FromTicks(process.StartTime.ToUniversalTime().Ticks);
        }
        catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            return null;
        }
    }
}
