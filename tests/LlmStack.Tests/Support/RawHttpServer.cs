using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LlmStack.Tests.Support;

/// <summary>A TCP server on loopback that answers each request with exactly the bytes it was given.</summary>
/// <remarks>Every piece is one write, flushed, so that reads see the boundaries; the connection ends as the script says.</remarks>
public sealed class RawHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _requests = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private readonly Func<int, RawReply> _script;
    private readonly Task _loop;
    private int _count;

    public RawHttpServer(Func<int, RawReply> script)
    {
        _script = script;
        _listener.Server.NoDelay = true;
        _listener.Start();
        _loop = Task.Run(AcceptAsync);
    }

    public RawHttpServer(RawReply reply)
        : this(_ => reply)
    {
    }

    /// <summary>Completes when a client has closed its connection while the server was still sending or holding.</summary>
    public TaskCompletionSource ClientGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first request has arrived whole.</summary>
    public TaskCompletionSource RequestArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");

    /// <summary>The requests, head and body, as text.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Completes when so many requests have arrived whole.</summary>
    public Task ReceivedAsync(int count)
    {
        lock (_requests)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            _ = _requests.Count >= count && reached.TrySetResult();
            return reached.Task;
        }
    }

    public string LastBody => Requests[^1][(Requests[^1].IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        try
        {
            await _loop.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
            _ = Task.Run(() => ServeAsync(socket));
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        using (socket)
        await using (var stream = new NetworkStream(socket, ownsSocket: false))
        {
            try
            {
                while (await ReadRequestAsync(stream) is { } request)
                {
                    lock (_requests)
                    {
                        _requests.Add(request);
                        _waiting.ForEach(waiter => _ = _requests.Count >= waiter.Count && waiter.Reached.TrySetResult());
                    }

                    RequestArrived.TrySetResult();
                    RawReply reply = _script(_count++);
                    foreach (byte[] piece in reply.Pieces)
                    {
                        await stream.WriteAsync(piece, _stop.Token);
                        await stream.FlushAsync(_stop.Token);
                    }

                    if (reply.End == RawEnd.KeepOpen)
                    {
                        continue;
                    }

                    if (reply.End == RawEnd.Reset)
                    {
                        socket.LingerState = new LingerOption(true, 0);
                        return;
                    }

                    if (reply.End == RawEnd.Hold)
                    {
                        while (await stream.ReadAsync(new byte[64], _stop.Token) > 0)
                        {
                        }

                        ClientGone.TrySetResult();
                        return;
                    }

                    socket.Shutdown(SocketShutdown.Send);
                    while (await stream.ReadAsync(new byte[1024], _stop.Token) > 0)
                    {
                    }

                    return;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
            {
                ClientGone.TrySetResult();
            }
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var bytes = new MemoryStream();
        byte[] buffer = new byte[16384];
        while (true)
        {
            string text = Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            int head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0)
            {
                int at = text.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
                int length = at < 0 ? 0 : int.Parse(text[(at + 15)..text.IndexOf('\r', at)].Trim(), System.Globalization.CultureInfo.InvariantCulture);
                if (bytes.Length >= head + 4 + length)
                {
                    return text;
                }
            }

            int read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.Write(buffer, 0, read);
        }
    }
}

public enum RawEnd
{
    /// <summary>FIN after the last piece.</summary>
    Close,

    /// <summary>RST after the last piece.</summary>
    Reset,

    /// <summary>The connection serves another request.</summary>
    KeepOpen,

    /// <summary>Silence until the client goes.</summary>
    Hold,
}

/// <summary>The bytes of one answer, and how it ends.</summary>
public sealed record RawReply(IReadOnlyList<byte[]> Pieces, RawEnd End = RawEnd.Close)
{
    /// <summary>An answer whose end is the end of the connection; each piece is one write.</summary>
    public static RawReply Stream(params string[] pieces) => StreamBytes([.. pieces.Select(Encoding.UTF8.GetBytes)]);

    public static RawReply StreamBytes(params byte[][] pieces) =>
        new([Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"), .. pieces]);

    /// <summary>A chunked answer; without its terminating chunk when it is cut.</summary>
    public static RawReply Chunked(bool complete, params string[] pieces) =>
        ChunkedBytes(complete, pieces.Select(Encoding.UTF8.GetBytes), "Content-Type: text/event-stream");

    /// <summary>A chunked answer with each piece as one chunk and one write.</summary>
    public static RawReply ChunkedBytes(bool complete, IEnumerable<byte[]> pieces, params string[] headers)
    {
        var list = new List<byte[]> { Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{string.Concat(headers.Select(h => h + "\r\n"))}Transfer-Encoding: chunked\r\n\r\n") };
        foreach (byte[] piece in pieces)
        {
            list.Add([.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, .. "\r\n"u8]);
        }

        if (complete)
        {
            list.Add("0\r\n\r\n"u8.ToArray());
        }

        return new RawReply(list, complete ? RawEnd.KeepOpen : RawEnd.Close);
    }

    /// <summary>An answer with a length.</summary>
    public static RawReply Body(int status, string body, params string[] headers) => Body(status, Encoding.UTF8.GetBytes(body), headers);

    public static RawReply Body(int status, byte[] body, params string[] headers)
    {
        string more = string.Concat(headers.Select(h => h + "\r\n"));
        string type = headers.Any(h => h.StartsWith("Content-Type", StringComparison.OrdinalIgnoreCase)) ? "" : "Content-Type: application/json\r\n";
        return new([Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{type}Content-Length: {body.Length}\r\n{more}\r\n"), body], RawEnd.KeepOpen);
    }
}
