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
        if (HasBad(body))
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("""{"error":"invalid span"}""");
            return;
        }

        if (fault is Fault.None or Fault.Slow or Fault.TakeAndHang or Fault.TakeAndReset or Fault.TakeAndFail)
        {
            OtlpScan.Each(body, (id, _, span) => Ledger.Add(id, span));
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

        await context.Response.WriteAsync("{}");
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
