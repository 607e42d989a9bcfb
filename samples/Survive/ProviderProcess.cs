using System.Diagnostics;

namespace Survive;

/// <summary>A provider in a process of its own, so that killing it is what a crash is: no goodbye, connections cut.</summary>
internal sealed class ProviderProcess : IDisposable
{
    private readonly Process _process;

    private ProviderProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public static async Task<ProviderProcess> StartAsync()
    {
        string file = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this process is unknown.");
        var start = new ProcessStartInfo(file) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(file).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(ProviderProcess).Assembly.Location);
        }

        start.ArgumentList.Add(ProviderServer.Switch);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The provider's process did not start.");
        string? address = await process.StandardOutput.ReadLineAsync();
        return new ProviderProcess(process, address ?? throw new InvalidOperationException("The provider ended before it said its address."));
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
