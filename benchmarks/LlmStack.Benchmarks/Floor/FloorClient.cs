using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Floor;

/// <summary>Floor-B: what a careful developer writes by hand with HttpClient and source-generated System.Text.Json.</summary>
internal sealed class FloorClient
{
    private readonly HttpClient _http;

    public FloorClient(HttpMessageHandler handler, Uri address, string apiKey)
    {
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public async Task<FloorAnswer> ChatAsync(string model, IReadOnlyList<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken = default)
    {
        FloorChatRequest request = Request(model, messages, options);
        using HttpResponseMessage response = await _http.PostAsJsonAsync("chat/completions", request, FloorJsonContext.Default.FloorChatRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        FloorChatResponse answer = await response.Content.ReadFromJsonAsync(FloorJsonContext.Default.FloorChatResponse, cancellationToken)
            ?? throw new InvalidDataException("The answer is empty.");
        return new FloorAnswer(answer.Choices[0].Message.Content ?? "", answer.Usage);
    }

    public async IAsyncEnumerable<string> ChatStreamingAsync(string model, IReadOnlyList<ChatMessage> messages, ChatOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        FloorChatRequest body = Request(model, messages, options);
        body.Stream = true;
        body.StreamOptions = FloorStreamOptions.WithUsage;
        using var request = new HttpRequestMessage(HttpMethod.Post, "chat/completions") { Content = JsonContent.Create(body, FloorJsonContext.Default.FloorChatRequest) };
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        SseParser<FloorChunk?> parser = SseParser.Create(stream, static (_, data) => data.SequenceEqual("[DONE]"u8) ? null : JsonSerializer.Deserialize(data, FloorJsonContext.Default.FloorChunk));
        await foreach (SseItem<FloorChunk?> item in parser.EnumerateAsync(cancellationToken))
        {
            if (item.Data is null)
            {
                yield break;
            }

            if (item.Data.Choices is [{ Delta.Content: { Length: > 0 } text }, ..])
            {
                yield return text;
            }
        }
    }

    public async Task<float[][]> EmbedBase64Async(string model, IReadOnlyList<string> inputs, CancellationToken cancellationToken = default)
    {
        var request = new FloorEmbeddingRequest { Model = model, Input = inputs, EncodingFormat = "base64" };
        using HttpResponseMessage response = await _http.PostAsJsonAsync("embeddings", request, FloorJsonContext.Default.FloorEmbeddingRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        FloorBase64Embeddings answer = await response.Content.ReadFromJsonAsync(FloorJsonContext.Default.FloorBase64Embeddings, cancellationToken)
            ?? throw new InvalidDataException("The answer is empty.");
        float[][] vectors = new float[answer.Data.Count][];
        foreach (FloorBase64Embedding item in answer.Data)
        {
            vectors[item.Index] = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(item.Embedding)).ToArray();
        }

        return vectors;
    }

    public async Task<float[][]> EmbedNumbersAsync(string model, IReadOnlyList<string> inputs, CancellationToken cancellationToken = default)
    {
        var request = new FloorEmbeddingRequest { Model = model, Input = inputs, EncodingFormat = "float" };
        using HttpResponseMessage response = await _http.PostAsJsonAsync("embeddings", request, FloorJsonContext.Default.FloorEmbeddingRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        FloorNumberEmbeddings answer = await response.Content.ReadFromJsonAsync(FloorJsonContext.Default.FloorNumberEmbeddings, cancellationToken)
            ?? throw new InvalidDataException("The answer is empty.");
        float[][] vectors = new float[answer.Data.Count][];
        foreach (FloorNumberEmbedding item in answer.Data)
        {
            vectors[item.Index] = item.Embedding;
        }

        return vectors;
    }

    private static FloorChatRequest Request(string model, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        var list = new List<FloorMessage>(messages.Count);
        foreach (ChatMessage message in messages)
        {
            list.Add(new FloorMessage { Role = message.Role.Value, Content = message.Text });
        }

        return new FloorChatRequest { Model = model, Messages = list, Temperature = options.Temperature, MaxCompletionTokens = options.MaxOutputTokens };
    }
}
