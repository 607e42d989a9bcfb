using System.Diagnostics;
using System.Globalization;

namespace LlmStack.Redis.Child;

/// <summary>A process of its own, and the way to it. Its input ends with us, and it with its input.</summary>
public sealed class Worker : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    private readonly Process _process;

    private Worker(Process process) => _process = process;

    public static async Task<Worker> StartAsync(int number, string redis, Uri provider)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments = [typeof(Worker).Assembly.Location, WorkerProgram.Switch, number.ToString(CultureInfo.InvariantCulture), redis, provider.ToString()];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var worker = new Worker(Process.Start(start)!);
        try
        {
            await worker.ExpectAsync("ready");
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls for a team, as so many callers, for so long.</summary>
    public async Task<WorkerResult> RunAsync(string team, int callers, TimeSpan duration)
    {
        await SayAsync(string.Create(CultureInfo.InvariantCulture, $"run {team} {callers} {duration.TotalSeconds}"));
        string[] words = (await ReadAsync()).Split(' ');
        return words is ["did", _, _, _, _]
            ? new WorkerResult(Number(1), Number(2), Number(3), TimeSpan.FromMilliseconds(Number(4)))
            : throw new InvalidOperationException($"A worker said '{string.Join(' ', words)}'.");

        int Number(int index) => int.Parse(words[index], CultureInfo.InvariantCulture);
    }

    /// <summary>Tells Redis everything that was not told yet, and says how often its breaker had opened since it settled last.</summary>
    public async Task<int> SettleAsync()
    {
        await SayAsync("settle");
        string said = await ReadAsync();
        return said.Split(' ') is ["settled", var opened]
            ? int.Parse(opened, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"A worker said '{said}'.");
    }

    public void Halt() => Signals.Halt(_process.Id);

    public void Resume() => Signals.Resume(_process.Id);

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Longest);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    private async Task ExpectAsync(string line)
    {
        string said = await ReadAsync();
        if (said != line)
        {
            throw new InvalidOperationException($"A worker said '{said}' instead of '{line}'.");
        }
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Longest) ?? throw new InvalidOperationException("A worker has ended.");
}
