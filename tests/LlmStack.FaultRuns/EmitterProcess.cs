using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LlmStack.FaultRuns;

/// <summary>The emitter in a process of its own: killing it is what a crash is, and its memory is nobody else's.</summary>
internal sealed class EmitterProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _watching;
    private volatile bool _ended;

    private EmitterProcess(Process process)
    {
        _process = process;
        _watching = Task.Run(WatchMemoryAsync);
    }

    /// <summary>The most memory that was its own at one time, in bytes: neither files nor what it maps of them. 0 where the system does not say.</summary>
    public long PeakPrivateBytes { get; private set; }

    public static EmitterProcess Start(EmitterOptions options)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host) { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(EmitterProcess).Assembly.Location);
        foreach (string argument in options.ToArguments())
        {
            start.ArgumentList.Add(argument);
        }

        return new EmitterProcess(Process.Start(start) ?? throw new InvalidOperationException("The emitter did not start."));
    }

    /// <summary>Waits for its end.</summary>
    public async Task<EmitterResult> ResultAsync()
    {
        string text = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        await EndAsync();
        return _process.ExitCode == 0
            ? JsonSerializer.Deserialize(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], EmitterJson.Default.EmitterResult)!
            : throw new InvalidOperationException($"The emitter ended with {_process.ExitCode}: {text}");
    }

    /// <summary>Kills it (SIGKILL) after it has noted some spans and a further time is over; returns every id it noted.</summary>
    public async Task<List<ulong>> KillAsync(TimeSpan after)
    {
        Stream witness = _process.StandardOutput.BaseStream;
        List<ulong> noted = [];
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        Task? kill = null;
        int read;
        while ((read = await witness.ReadAsync(buffer.AsMemory(length))) > 0)
        {
            kill ??= KillLaterAsync(after);
            length += read;
            int used = 0;
            for (; length - used >= sizeof(ulong); used += sizeof(ulong))
            {
                noted.Add(BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(used)));
            }

            buffer.AsSpan(used, length - used).CopyTo(buffer);
            length -= used;
        }

        await (kill ?? Task.CompletedTask);
        await _process.WaitForExitAsync();
        await EndAsync();
        return noted;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _ended = true;
        _process.Dispose();
    }

    private async Task KillLaterAsync(TimeSpan after)
    {
        await Task.Delay(after);
        _process.Kill();
    }

    private async Task EndAsync()
    {
        _ended = true;
        await _watching;
    }

    private async Task WatchMemoryAsync()
    {
        string status = string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status");
        while (!_ended && File.Exists(status))
        {
            try
            {
                foreach (string line in await File.ReadAllLinesAsync(status))
                {
                    if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                    {
                        PeakPrivateBytes = Math.Max(PeakPrivateBytes, 1024 * long.Parse(line["RssAnon:".Length..^2], CultureInfo.InvariantCulture));
                    }
                }
            }
            catch (IOException)
            {
                // It has just ended.
            }

            await Task.Delay(100);
        }
    }
}
