using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace LlmStack.Redis.Child;

/// <summary>A real Redis on a free port, in memory alone. It ends with this program, however that ends.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>The server is a child of a shell that kills it when our end of its input closes, as it does when we are killed.</summary>
    private const string Guard = "\"$@\" & echo \"pid $!\"; cat >/dev/null; kill -9 $! 2>/dev/null";

    private readonly string _folder = Directory.CreateTempSubdirectory("llmstack-redis-").FullName;
    private Process? _guard;
    private int _process;

    private RedisServer(int port) => Port = port;

    /// <summary>Where the command is; null when it is not installed.</summary>
    public static string? Command { get; } = Find();

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer(FreePort());
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts it again on the same port, empty.</summary>
    public async Task RestartAsync()
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        string[] arguments =
        [
            "-c", Guard, "sh", Command ?? throw new InvalidOperationException("redis-server is not installed."),
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder, "--daemonize", "no",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _guard = Process.Start(start)!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _guard.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("redis-server ended before it was ready."));
            }
            else if (line.Data.StartsWith("pid ", StringComparison.Ordinal))
            {
                _process = int.Parse(line.Data.AsSpan(4), CultureInfo.InvariantCulture);
            }
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _guard.BeginOutputReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Halt() => Signals.Halt(_process);

    public void Resume() => Signals.Resume(_process);

    public async Task KillAsync()
    {
        Signals.End(_process);
        await EndGuardAsync();
    }

    public async Task FlushAsync()
    {
        await using ConnectionMultiplexer redis = await ConnectAsync();
        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
    }

    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(Address + ",allowAdmin=true");

    public async ValueTask DisposeAsync()
    {
        if (_process != 0)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndGuardAsync()
    {
        if (_guard is { } guard)
        {
            _guard = null;
            guard.StandardInput.Close();
            await guard.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            guard.Dispose();
        }
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin")
        .Select(static folder => Path.Combine(folder, "redis-server"))
        .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
