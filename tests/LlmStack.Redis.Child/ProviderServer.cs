using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmStack.Redis.Child;

/// <summary>A provider on loopback that knows when it received which worker's requests. Every answer costs the same.</summary>
public sealed class ProviderServer : IAsyncDisposable
{
    /// <summary>What an answer costs at the workers' prices, in US dollars.</summary>
    public const decimal Cost = 0.002m;

    /// <summary>A worker's key is this and its number.</summary>
    public const string KeyPrefix = "worker-";

    private static readonly byte[] Answer = """
        {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150}}
        """u8.ToArray();

    private readonly WebApplication _app;
    private ConcurrentQueue<(long At, int Worker)> _received = new();

    private ProviderServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static async Task<ProviderServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new ProviderServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    /// <summary>What was received since the last question, in order of time.</summary>
    public (TimeSpan At, int Worker)[] Take()
    {
        (long At, int Worker)[] received = [.. Interlocked.Exchange(ref _received, new ConcurrentQueue<(long At, int Worker)>()).OrderBy(static request => request.At)];
        return [.. received.Select(request => (Stopwatch.GetElapsedTime(received[0].At, request.At), request.Worker))];
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string key = context.Request.Headers.Authorization.ToString();
        _received.Enqueue((Stopwatch.GetTimestamp(), int.Parse(key.AsSpan(key.IndexOf(KeyPrefix, StringComparison.Ordinal) + KeyPrefix.Length), CultureInfo.InvariantCulture)));
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Answer.Length;
        await context.Response.Body.WriteAsync(Answer, context.RequestAborted);
    }
}
