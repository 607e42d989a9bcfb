using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LlmStack.IntegrationTests.Support;

/// <summary>One request at an <see cref="OpenAITestServer"/>, and the ways to answer it.</summary>
internal sealed class TestExchange
{
    private readonly HttpContext _context;
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestExchange(HttpContext context, JsonElement body)
    {
        _context = context;
        Body = body;
        Path = context.Request.Path;
        Authorization = context.Request.Headers.Authorization;
        Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        context.RequestAborted.Register(_aborted.SetResult);
    }

    public string Path { get; }

    public string? Authorization { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public JsonElement Body { get; }

    public string Model => Body.GetProperty("model").GetString()!;

    public bool IsStream => Body.TryGetProperty("stream", out JsonElement stream) && stream.GetBoolean();

    /// <summary>Completes when the client closes the connection before the answer is complete.</summary>
    public Task Aborted => _aborted.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Answers whatever was asked, streamed or not.</summary>
    public async Task ChatAsync(params string[] pieces)
    {
        if (!IsStream)
        {
            await JsonAsync(200, new JsonObject
            {
                ["id"] = "chatcmpl-1",
                ["object"] = "chat.completion",
                ["created"] = 1_700_000_000,
                ["model"] = Model,
                ["choices"] = new JsonArray(new JsonObject
                {
                    ["index"] = 0,
                    ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = string.Concat(pieces) },
                    ["finish_reason"] = "stop",
                }),
                ["usage"] = Usage(pieces.Length),
            });
            return;
        }

        await BeginStreamAsync();
        foreach (string piece in pieces)
        {
            await SendAsync(piece);
        }

        await FinishStreamAsync(pieces.Length);
    }

    public async Task ErrorAsync(int status, string code = "server_error", string message = "As the test says.", string? retryAfter = null)
    {
        if (retryAfter is not null)
        {
            _context.Response.Headers.RetryAfter = retryAfter;
        }

        await JsonAsync(status, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = code, ["code"] = code } });
    }

    public async Task JsonAsync(int status, JsonNode body)
    {
        _context.Response.StatusCode = status;
        _context.Response.ContentType = "application/json";
        _context.Response.Headers["x-request-id"] = "req-test";
        await _context.Response.WriteAsync(body.ToJsonString(), _context.RequestAborted);
    }

    /// <summary>Sends the head and the role, as OpenAI does: an event without content.</summary>
    public async Task BeginStreamAsync()
    {
        _context.Response.ContentType = "text/event-stream";
        await EventAsync(Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" }, null));
    }

    public Task SendAsync(string piece) => EventAsync(Chunk(new JsonObject { ["content"] = piece }, null));

    public async Task FinishStreamAsync(int completionTokens)
    {
        await EventAsync(Chunk([], "stop"));
        await EventAsync(new JsonObject { ["id"] = "chatcmpl-1", ["object"] = "chat.completion.chunk", ["created"] = 1_700_000_000, ["model"] = Model, ["choices"] = new JsonArray(), ["usage"] = Usage(completionTokens) });
        await _context.Response.WriteAsync("data: [DONE]\n\n", _context.RequestAborted);
    }

    /// <summary>Resets the connection.</summary>
    public Task CutAsync()
    {
        _context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Sends nothing more until the client goes away.</summary>
    public Task StallAsync() => Task.Delay(Timeout.InfiniteTimeSpan, _context.RequestAborted);

    private static JsonObject Usage(int completionTokens) => new() { ["prompt_tokens"] = 10, ["completion_tokens"] = completionTokens, ["total_tokens"] = 10 + completionTokens };

    private JsonObject Chunk(JsonObject delta, string? finishReason) => new()
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1_700_000_000,
        ["model"] = Model,
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finishReason }),
    };

    private async Task EventAsync(JsonObject data)
    {
        await _context.Response.WriteAsync("data: " + data.ToJsonString() + "\n\n", _context.RequestAborted);
        await _context.Response.Body.FlushAsync(_context.RequestAborted);
    }
}
