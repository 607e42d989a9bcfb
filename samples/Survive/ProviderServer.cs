using System.Text.Json;
using LlmStack;
using Microsoft.AspNetCore.Http;
using QuickStart;

namespace Survive;

/// <summary>A provider in OpenAI's wire format that takes its time: plain chat and streams.</summary>
internal static class ProviderServer
{
    public const string Switch = "--serve";

    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(30);

    /// <summary>Serves until the input ends, also when the parent is killed. The first line written is the address.</summary>
    public static async Task RunAsync()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(AnswerAsync);
        Console.WriteLine(server.Address);
        await Console.In.ReadToEndAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        await Task.Delay(Thinking, context.RequestAborted);
        if (body.RootElement.TryGetProperty("stream", out JsonElement stream) && stream.GetBoolean())
        {
            context.Response.ContentType = "text/event-stream";
            foreach (string part in new[] { Chunk("Still ", "null"), Chunk("here.", "null"), Chunk("", "\"stop\""), "[DONE]" })
            {
                await context.Response.WriteAsync($"data: {part}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Still here."},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":3,"total_tokens":6}}""",
            context.RequestAborted);
    }

    private static string Chunk(string text, string finish) =>
        $$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":{{finish}}}]}""";
}
