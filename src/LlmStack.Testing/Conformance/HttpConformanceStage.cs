using System.Net;
using System.Net.Sockets;
using System.Text;
using LlmStack.Providers;

namespace LlmStack.Testing;

/// <summary>A small HTTP server on loopback that plays the steps of a case, and the provider that calls it.</summary>
internal sealed class HttpConformanceStage : ConformanceStage
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpConformanceFixture _fixture;
    private readonly Func<string, bool, ConformanceStep> _script;
    private readonly Task _accepting;

    public HttpConformanceStage(HttpConformanceFixture fixture, Func<string, bool, ConformanceStep> script)
    {
        _fixture = fixture;
        _script = script;
        _listener.Start();
        Provider = fixture.CreateProvider(new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"));
        _accepting = Task.Run(AcceptAsync);
    }

    public override ILlmProvider Provider { get; }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            socket.NoDelay = true;
            _ = ServeAsync(socket, _stop.Token);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        using (socket)
        using (var stream = new NetworkStream(socket, ownsSocket: false))
        {
            try
            {
                while (await ReadRequestAsync(stream, stop).ConfigureAwait(false) is { } body)
                {
                    Note(body);
                    ConformanceStep step = _script(body, Streaming);
                    bool ends = step.Status is not null || step.RawBody is not null || !Streaming
                        ? await SendWholeAsync(stream, step, stop).ConfigureAwait(false)
                        : await SendStreamAsync(stream, step, stop).ConfigureAwait(false);
                    if (ends)
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                NoteGone();
            }
        }
    }

    private async Task<bool> SendWholeAsync(NetworkStream stream, ConformanceStep step, CancellationToken stop)
    {
        if (step.HoldAfter is not null)
        {
            await HoldAsync(stream, stop).ConfigureAwait(false);
            return true;
        }

        int status = step.Status ?? 200;
        CannedBody body = BodyOf(step, status);
        byte[] bytes = [.. body.Parts.SelectMany(static part => part.ToArray())];
        int sent = step.BreaksOff ? bytes.Length / 2 : bytes.Length;
        await SendAsync(stream, $"HTTP/1.1 {status} Status\r\nContent-Type: {body.MediaType}\r\nContent-Length: {bytes.Length}\r\n{HeadersOf(step)}\r\n", stop).ConfigureAwait(false);
        await stream.WriteAsync(bytes.AsMemory(0, sent), stop).ConfigureAwait(false);
        return step.BreaksOff;
    }

    private CannedBody BodyOf(ConformanceStep step, int status) =>
        step.RawBody is { } raw ? new CannedBody(step.RawContentType, [Encoding.UTF8.GetBytes(raw)])
        : status != 200 || step.ErrorInside ? CannedBody.Json(_fixture.WriteError(status, step.ErrorMessage))
        : step.Operation is { } operation ? _fixture.WriteOperation(operation, Streaming)
        : CannedBody.Json(_fixture.WriteBody(step.Answer));

    private CannedBody StreamOf(ConformanceStep step) =>
        step.Operation is { } operation ? _fixture.WriteOperation(operation, streaming: true) : new CannedBody(_fixture.StreamMediaType, _fixture.WriteEvents(step.Answer));

    private async Task<bool> SendStreamAsync(NetworkStream stream, ConformanceStep step, CancellationToken stop)
    {
        if (step.HoldAfter == 0)
        {
            await HoldAsync(stream, stop).ConfigureAwait(false);
            return true;
        }

        (string type, IReadOnlyList<ReadOnlyMemory<byte>> events) = StreamOf(step);
        await SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n{HeadersOf(step)}\r\n", stop).ConfigureAwait(false);
        int count = step.HoldAfter is null ? Math.Min(step.CutAfter ?? events.Count, events.Count) : step.Operation is null ? EventsUpTo(step, events) : Math.Min(step.HoldAfter.Value, events.Count);
        for (int i = 0; i < count; i++)
        {
            await SendEventAsync(stream, events[i], step.Bytewise, stop).ConfigureAwait(false);
        }

        if (step.ErrorInside)
        {
            await SendEventAsync(stream, _fixture.WriteErrorEvent(step.ErrorMessage), step.Bytewise, stop).ConfigureAwait(false);
        }

        if (step.HoldAfter is not null)
        {
            await HoldAsync(stream, stop).ConfigureAwait(false);
            return true;
        }

        if (!step.BreaksOff)
        {
            await SendAsync(stream, "0\r\n\r\n", stop).ConfigureAwait(false);
        }

        return step.BreaksOff;
    }

    /// <summary>The events up to the one that holds the wanted piece of the text.</summary>
    private static int EventsUpTo(ConformanceStep step, IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        byte[] piece = Encoding.UTF8.GetBytes(step.Answer.Pieces[step.HoldAfter!.Value - 1]);
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Span.IndexOf(piece) >= 0)
            {
                return i + 1;
            }
        }

        throw new ConformanceException($"No event of WriteEvents contains the text '{step.Answer.Pieces[0]}'.");
    }

    private static async Task SendEventAsync(NetworkStream stream, ReadOnlyMemory<byte> bytes, bool bytewise, CancellationToken stop)
    {
        int step = bytewise ? 1 : bytes.Length;
        for (int at = 0; at < bytes.Length; at += step)
        {
            ReadOnlyMemory<byte> part = bytes.Slice(at, Math.Min(step, bytes.Length - at));
            await SendAsync(stream, $"{part.Length:x}\r\n", stop).ConfigureAwait(false);
            await stream.WriteAsync(part, stop).ConfigureAwait(false);
            await SendAsync(stream, "\r\n", stop).ConfigureAwait(false);
        }
    }

    private async Task HoldAsync(NetworkStream stream, CancellationToken stop)
    {
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, stop).ConfigureAwait(false) > 0)
        {
        }

        NoteGone();
    }

    private static string HeadersOf(ConformanceStep step) => string.Concat(step.Headers.Select(static header => header + "\r\n"));

    private static ValueTask SendAsync(NetworkStream stream, string text, CancellationToken stop) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), stop);

    /// <summary>Reads one request with a length or in chunks; null when the connection ended.</summary>
    private static async Task<string?> ReadRequestAsync(NetworkStream stream, CancellationToken stop)
    {
        var bytes = new MemoryStream();
        byte[] buffer = new byte[65536];
        int head = -1;
        long length = -1;
        while (true)
        {
            if (head < 0 && (head = bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf("\r\n\r\n"u8)) >= 0)
            {
                length = LengthOf(Encoding.ASCII.GetString(bytes.GetBuffer(), 0, head));
            }

            if (head >= 0 && bytes.Length >= head + 4 + length)
            {
                return Encoding.UTF8.GetString(bytes.GetBuffer(), head + 4, (int)length);
            }

            int read = await stream.ReadAsync(buffer, stop).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            bytes.Write(buffer, 0, read);
        }
    }

    private static long LengthOf(string head)
    {
        foreach (string line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                return long.Parse(line.AsSpan("Content-Length:".Length).Trim(), System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
