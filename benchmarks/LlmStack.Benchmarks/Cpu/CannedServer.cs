using LlmStack.Benchmarks.Canned;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmStack.Benchmarks.Cpu;

/// <summary>A provider and a receiver of traces on loopback, answering from memory.</summary>
internal static class CannedServer
{
    public const string Switch = "--serve";

    public static async Task RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(AnswerAsync);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(address);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await app.StopAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        HttpResponse response = context.Response;
        if (!context.Request.Path.Value!.EndsWith("/chat/completions", StringComparison.Ordinal))
        {
            response.ContentType = "application/x-protobuf";
            response.ContentLength = 0;
            return;
        }

        response.ContentType = "application/json";
        response.ContentLength = CannedBodies.Chat.Length;
        response.Headers["x-request-id"] = "req_7f3b1c9e2d8a4f60b5c7e9a1d3f5b7c9";
        response.Headers["openai-processing-ms"] = "812";
        response.Headers["openai-version"] = "2020-10-01";
        response.Headers["x-ratelimit-limit-requests"] = "10000";
        response.Headers["x-ratelimit-limit-tokens"] = "2000000";
        response.Headers["x-ratelimit-remaining-requests"] = "9999";
        response.Headers["x-ratelimit-remaining-tokens"] = "1999640";
        response.Headers["x-ratelimit-reset-requests"] = "6ms";
        response.Headers["x-ratelimit-reset-tokens"] = "10ms";
        await response.Body.WriteAsync(CannedBodies.Chat, context.RequestAborted);
    }
}
