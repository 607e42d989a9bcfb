using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QuickStart;

/// <summary>
/// A provider in OpenAI's wire format: chat, streamed chat and embeddings. Its "model" quotes the sentence of the prompt that
/// shares most words with the question, which is enough to see a retrieval workflow at work.
/// </summary>
internal sealed class DemoProviderServer : IAsyncDisposable
{
    private const int Dimensions = 64;
    private readonly TimeSpan _tokenDelay;
    private LoopbackServer? _server;
    private int _failuresLeft;
    private int _chats;

    private DemoProviderServer(int failFirst, TimeSpan tokenDelay)
    {
        _failuresLeft = failFirst;
        _tokenDelay = tokenDelay;
    }

    /// <summary>The base address, as a provider's is configured.</summary>
    public string Address => _server!.Address + "/v1";

    /// <param name="failFirst">How many chat requests are refused with 503 before the first is served.</param>
    /// <param name="tokenDelay">The pause between the tokens of a stream.</param>
    public static async Task<DemoProviderServer> StartAsync(int failFirst, TimeSpan tokenDelay)
    {
        var demo = new DemoProviderServer(failFirst, tokenDelay);
        demo._server = await LoopbackServer.StartAsync(demo.HandleAsync);
        return demo;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            switch (context.Request.Path.Value)
            {
                case "/v1/chat/completions":
                    await ChatAsync(context, body.RootElement);
                    break;
                case "/v1/embeddings":
                    await EmbedAsync(context, body.RootElement);
                    break;
                default:
                    await ErrorAsync(context, 404, "not_found", $"There is no {context.Request.Path} here.");
                    break;
            }
        }
        catch (JsonException)
        {
            await ErrorAsync(context, 400, "invalid_json", "The body is no valid JSON.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody left to answer.
        }
    }

    private async Task ChatAsync(HttpContext context, JsonElement body)
    {
        if (Interlocked.Decrement(ref _failuresLeft) >= 0)
        {
            await ErrorAsync(context, 503, "overloaded", "The engine is currently overloaded, please try again later.");
            return;
        }

        string id = $"chatcmpl-{Interlocked.Increment(ref _chats)}";
        string model = body.GetProperty("model").GetString() ?? "";
        string prompt = string.Join('\n', body.GetProperty("messages").EnumerateArray().Select(TextOf));
        string[] tokens = Split(Answer(prompt));
        int promptTokens = Split(prompt).Length;
        if (!body.TryGetProperty("stream", out JsonElement stream) || !stream.GetBoolean())
        {
            await JsonAsync(context, 200, json => WriteCompletion(json, id, model, string.Concat(tokens), promptTokens, tokens.Length));
            return;
        }

        bool usage = body.TryGetProperty("stream_options", out JsonElement options) && options.TryGetProperty("include_usage", out JsonElement include) && include.GetBoolean();
        context.Response.ContentType = "text/event-stream";
        foreach (string token in tokens)
        {
            await EventAsync(context, json => WriteChunk(json, id, model, token, finishReason: null));
            await Task.Delay(_tokenDelay, context.RequestAborted);
        }

        await EventAsync(context, json => WriteChunk(json, id, model, token: null, finishReason: "stop"));
        if (usage)
        {
            await EventAsync(context, json => WriteUsageChunk(json, id, model, promptTokens, tokens.Length));
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private static async Task EmbedAsync(HttpContext context, JsonElement body)
    {
        JsonElement input = body.GetProperty("input");
        string[] texts = input.ValueKind == JsonValueKind.Array ? [.. input.EnumerateArray().Select(e => e.GetString() ?? "")] : [input.GetString() ?? ""];
        bool base64 = body.TryGetProperty("encoding_format", out JsonElement format) && format.ValueEquals("base64");
        await JsonAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteString("model", body.GetProperty("model").GetString());
            json.WriteStartArray("data");
            for (int i = 0; i < texts.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                WriteVector(json, VectorOf(texts[i]), base64);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("usage");
            int tokens = texts.Sum(text => Split(text).Length);
            json.WriteNumber("prompt_tokens", tokens);
            json.WriteNumber("total_tokens", tokens);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void WriteCompletion(Utf8JsonWriter json, string id, string model, string text, int promptTokens, int completionTokens)
    {
        json.WriteStartObject();
        WriteHead(json, id, "chat.completion", model);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", text);
        json.WriteEndObject();
        json.WriteString("finish_reason", "stop");
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, promptTokens, completionTokens);
        json.WriteEndObject();
    }

    private static void WriteChunk(Utf8JsonWriter json, string id, string model, string? token, string? finishReason)
    {
        json.WriteStartObject();
        WriteHead(json, id, "chat.completion.chunk", model);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
        if (token is not null)
        {
            json.WriteString("content", token);
        }

        json.WriteEndObject();
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteUsageChunk(Utf8JsonWriter json, string id, string model, int promptTokens, int completionTokens)
    {
        json.WriteStartObject();
        WriteHead(json, id, "chat.completion.chunk", model);
        json.WriteStartArray("choices");
        json.WriteEndArray();
        WriteUsage(json, promptTokens, completionTokens);
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, string id, string kind, string model)
    {
        json.WriteString("id", id);
        json.WriteString("object", kind);
        json.WriteNumber("created", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("model", model);
    }

    private static void WriteUsage(Utf8JsonWriter json, int promptTokens, int completionTokens)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", promptTokens);
        json.WriteNumber("completion_tokens", completionTokens);
        json.WriteNumber("total_tokens", promptTokens + completionTokens);
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            json.WriteBase64String("embedding", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(vector));
            return;
        }

        json.WriteStartArray("embedding");
        foreach (float value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static Task ErrorAsync(HttpContext context, int status, string code, string message) => JsonAsync(context, status, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("type", status >= 500 ? "server_error" : "invalid_request_error");
        json.WriteString("code", code);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static async Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["x-request-id"] = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await context.Response.Body.WriteAsync(Serialize(write), context.RequestAborted);
    }

    private static async Task EventAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        await context.Response.WriteAsync("data: " + Encoding.UTF8.GetString(Serialize(write)) + "\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static byte[] Serialize(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.ToArray();
    }

    private static string TextOf(JsonElement message)
    {
        JsonElement content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.Array
            ? string.Join('\n', content.EnumerateArray().Where(part => part.TryGetProperty("text", out _)).Select(part => part.GetProperty("text").GetString()))
            : content.GetString() ?? "";
    }

    private static string Answer(string prompt)
    {
        string question = prompt[(prompt.LastIndexOf('\n') + 1)..];
        float[] asked = VectorOf(question);
        string[] sentences = prompt.Split(['\n', '.'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string best = sentences.Where(sentence => !sentence.Contains('?', StringComparison.Ordinal)).MaxBy(sentence => Similarity(VectorOf(sentence), asked)) ?? "nothing";
        return $"The notes say: {best.TrimStart('-', ' ')}.";
    }

    /// <summary>Words hashed into a small vector of unit length: similar texts share words, so they share directions.</summary>
    private static float[] VectorOf(string text)
    {
        var vector = new float[Dimensions];
        foreach (string word in text.Split([' ', '\n', '.', ',', '?', '!', ':', '-'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length > 3)
            {
                uint hash = 2166136261;
                foreach (char c in word)
                {
                    hash = (hash ^ char.ToLowerInvariant(c)) * 16777619;
                }

                vector[hash % Dimensions]++;
            }
        }

        float norm = MathF.Sqrt(Similarity(vector, vector));
        return norm == 0 ? vector : Array.ConvertAll(vector, value => value / norm);
    }

    private static float Similarity(float[] a, float[] b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static string[] Split(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Select((word, i) => i == 0 ? word : " " + word)];
    }
}
