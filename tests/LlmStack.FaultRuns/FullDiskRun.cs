using System.Diagnostics;

namespace LlmStack.FaultRuns;

/// <summary>The spool on a file system that is full: first by its own segments, later by somebody else's file. Needs the right to mount.</summary>
internal static class FullDiskRun
{
    private const int MegaBytes = 12;

    /// <summary>Mounts a small file system; null when that is not allowed here.</summary>
    public static IDisposable? TryMount(string directory)
    {
        Directory.CreateDirectory(directory);
        return OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={MegaBytes}m", "tmpfs", directory) ? new Mount(directory) : null;
    }

    public static async Task<FullDiskResult> RunAsync(string directory, int spans)
    {
        await using var receiver = new FaultReceiver(FaultPlan.None);
        receiver.Reserve();
        var options = new EmitterOptions { Url = receiver.Url, Directory = Path.Combine(directory, "spool"), Spans = spans, SegmentBytes = 1024 * 1024, Rate = 20_000, MaxRetryAgeSeconds = 300 };
        using EmitterProcess emitter = EmitterProcess.Start(options);
        Task<EmitterResult> ended = emitter.ResultAsync();

        // Once its own segments stand there, somebody else takes what is left.
        await Task.Delay(TimeSpan.FromSeconds(0.5 * spans / 20_000));
        Fill(Path.Combine(directory, "filler"));
        await Task.Delay(TimeSpan.FromSeconds((0.7 * spans / 20_000) + 1));
        await receiver.ComeAsync();
        EmitterResult result = await ended;
        return new FullDiskResult(MegaBytes, result, receiver.Ledger.Distinct, receiver.Ledger.Changed, emitter.PeakPrivateBytes);
    }

    private static void Fill(string path)
    {
        using FileStream filler = File.Create(path, 1);
        byte[] block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private sealed class Mount(string directory) : IDisposable
    {
        public void Dispose() => Run("umount", directory);
    }
}
