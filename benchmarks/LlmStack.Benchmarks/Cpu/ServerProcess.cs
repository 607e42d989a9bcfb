using System.Diagnostics;

namespace LlmStack.Benchmarks.Cpu;

/// <summary>The canned server in a process of its own, so that its work is not counted as the client's.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static ServerProcess Start()
    {
        string file = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this process is unknown.");
        var start = new ProcessStartInfo(file) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(file).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        start.ArgumentList.Add(CannedServer.Switch);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The server's process did not start.");
        string? line = process.StandardOutput.ReadLine();
        if (!Uri.TryCreate(line, UriKind.Absolute, out Uri? address))
        {
            process.Kill();
            process.Dispose();
            throw new InvalidOperationException($"The server said '{line}' in place of its address.");
        }

        return new ServerProcess(process, address);
    }

    public void Dispose()
    {
        // The server ends when its input does, also when this process is killed.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
