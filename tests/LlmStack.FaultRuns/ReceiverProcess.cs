using System.Diagnostics;

namespace LlmStack.FaultRuns;

/// <summary>A receiver that takes everything, in a process of its own.</summary>
internal sealed class ReceiverProcess : IDisposable
{
    public const string Switch = "receive";
    private readonly Process _process;

    private ReceiverProcess(Process process, string url)
    {
        _process = process;
        Url = url;
    }

    public string Url { get; }

    public static ReceiverProcess Start()
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        Process process = Process.Start(new ProcessStartInfo(host, ["exec", typeof(ReceiverProcess).Assembly.Location, Switch]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true })!;
        return new ReceiverProcess(process, process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The receiver did not start."));
    }

    /// <summary>The receiving process itself: ends with its parent, whose end of the pipe closes then.</summary>
    public static async Task<int> RunAsync()
    {
        await using var receiver = new FaultReceiver(FaultPlan.None);
        await receiver.ComeAsync();
        Console.WriteLine(receiver.Url);
        await Console.In.ReadLineAsync();
        return 0;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
