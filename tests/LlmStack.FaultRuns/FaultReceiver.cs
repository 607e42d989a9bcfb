using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmStack.FaultRuns;

/// <summary>A trace endpoint on a real socket that notes what it took, and fails by plan. It can go away and come back at the same address.</summary>
internal sealed class FaultReceiver(FaultPlan plan) : IAsyncDisposable
{
    private static readonly TimeSpan LongestHang = TimeSpan.FromMinutes(1);
    private WebApplication? _app;
    private int _port;

    /// <summary>Where it listens; the same after it went away.</summary>
    public int Port
    {
        get => _port;
        init => _port = value;
    }

    public SpanLedger Ledger { get; } = new();

    public string Url => $"http://127.0.0.1:{_port}";

    public long Requests { get; private set; }

    /// <summary>Items that were not taken out of a batch whose others were.</summary>
    public long ItemsRefused { get; private set; }

    /// <summary>Takes an address without listening at it.</summary>
    public void Reserve()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task ComeAsync()
    {
        if (_port == 0)
        {
            Reserve();
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, _port);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
    }

    /// <summary>Closes the socket; what is under way breaks off.</summary>
    public async Task GoAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            try
            {
                await app.StopAsync(now.Token);
            }
            catch (OperationCanceledException)
            {
                // Nothing is waited for.
            }

            await app.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => new(GoAsync());

    private async Task AnswerAsync(HttpContext context)
    {
        Fault fault = plan.Draw();
        if (fault == Fault.Hang)
        {
            await HangAsync(context);
            return;
        }

        byte[] body = await ReadAsync(context);
        Requests++;
        bool isOlder = context.Request.Path == "/api/public/ingestion";
        if (!isOlder && HasBad(body))
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("""{"error":"invalid span"}""");
            return;
        }

        string answer = "{}";
        if (fault is Fault.None or Fault.Slow or Fault.TakeAndHang or Fault.TakeAndReset or Fault.TakeAndFail or Fault.FailItems)
        {
            answer = isOlder ? TakeItems(body, fault == Fault.FailItems) : Take(body);
            context.Response.StatusCode = isOlder ? 207 : 200;
        }

        switch (fault)
        {
            case Fault.Slow:
                await Task.Delay(300);
                break;
            case Fault.TakeAndHang:
                await HangAsync(context);
                return;
            case Fault.Reset or Fault.TakeAndReset:
                context.Abort();
                return;
            case Fault.RateLimited:
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "1";
                break;
            case Fault.Failed or Fault.TakeAndFail:
                context.Response.StatusCode = 500;
                break;
            case Fault.Unavailable:
                context.Response.StatusCode = 503;
                break;
        }

        await context.Response.WriteAsync(answer);
    }

    private string Take(byte[] body)
    {
        OtlpScan.Each(body, (id, _, span) => Ledger.Add(id, span));
        return "{}";
    }

    /// <summary>Takes the items of a batch one by one: never the bad ones, and of the others each or every other.</summary>
    private string TakeItems(byte[] body, bool failsSome)
    {
        List<(string Envelope, int Status)> errors = [];
        int index = 0;
        foreach (IngestionItem item in IngestionScan.Read(body))
        {
            if (item.Name == Emitter.BadName)
            {
                errors.Add((item.Envelope, 400));
            }
            else if (failsSome && index++ % 2 == 1)
            {
                errors.Add((item.Envelope, index % 4 == 0 ? 429 : 500));
            }
            else
            {
                Ledger.Add(item.Id, item.Bytes);
            }
        }

        ItemsRefused += errors.Count;
        return IngestionScan.Answer(errors);
    }

    private static Task HangAsync(HttpContext context) => Task.Delay(LongestHang, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);

    private static bool HasBad(byte[] body)
    {
        bool bad = false;
        OtlpScan.Each(body, (_, name, _) => bad |= name.SequenceEqual("bad"u8));
        return bad;
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var plain = new MemoryStream();
        if (context.Request.Headers.ContentEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            await using var gzip = new GZipStream(context.Request.Body, CompressionMode.Decompress);
            await gzip.CopyToAsync(plain, context.RequestAborted);
        }
        else
        {
            await context.Request.Body.CopyToAsync(plain, context.RequestAborted);
        }

        return plain.ToArray();
    }
}
