using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Floor;

/// <summary>Floor-B for Gemini's <c>generateContent</c> and its embeddings.</summary>
internal sealed class GeminiFloor : IFormatFloor
{
    private readonly HttpClient _http;
    private readonly string _model;

    public GeminiFloor(HttpMessageHandler handler, Uri address, string model, string apiKey)
    {
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.Add("x-goog-api-key", apiKey);
        _model = model;
    }

    public async Task<FloorAnswer> ChatAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        GeminiFloorAnswer answer = await FloorHttp.PostAsync(_http, $"models/{_model}:generateContent", Request(messages, options), GeminiFloorJson.Default.GeminiFloorRequest, GeminiFloorJson.Default.GeminiFloorAnswer);
        return new FloorAnswer(answer.Candidates[0].Content!.Parts![0].Text ?? "", new FloorUsage { PromptTokens = answer.UsageMetadata!.PromptTokenCount, CompletionTokens = answer.UsageMetadata.CandidatesTokenCount });
    }

    public async IAsyncEnumerable<string> ChatStreamingAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        await foreach (GeminiFloorAnswer one in FloorHttp.StreamAsync(_http, $"models/{_model}:streamGenerateContent?alt=sse", Request(messages, options), GeminiFloorJson.Default.GeminiFloorRequest, GeminiFloorJson.Default.GeminiFloorAnswer))
        {
            if (one.Candidates is [{ Content.Parts: [{ Text: { Length: > 0 } text }, ..] }, ..])
            {
                yield return text;
            }
        }
    }

    public async Task<float[][]> EmbedAsync(IReadOnlyList<string> inputs)
    {
        var request = new GeminiFloorEmbedRequest { Requests = [.. inputs.Select(input => new GeminiFloorEmbed { Model = "models/" + _model, Content = new GeminiFloorContent { Parts = [new GeminiFloorPart { Text = input }] } })] };
        GeminiFloorVectors answer = await FloorHttp.PostAsync(_http, $"models/{_model}:batchEmbedContents", request, GeminiFloorJson.Default.GeminiFloorEmbedRequest, GeminiFloorJson.Default.GeminiFloorVectors);
        return [.. answer.Embeddings.Select(static one => one.Values)];
    }

    private static GeminiFloorRequest Request(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        GeminiFloorContent? system = null;
        var list = new List<GeminiFloorContent>(messages.Count);
        foreach (ChatMessage message in messages)
        {
            var content = new GeminiFloorContent { Role = message.Role == ChatRole.Assistant ? "model" : "user", Parts = [new GeminiFloorPart { Text = message.Text }] };
            if (message.Role == ChatRole.System)
            {
                system = content;
            }
            else
            {
                list.Add(content);
            }
        }

        return new GeminiFloorRequest { SystemInstruction = system, Contents = list, GenerationConfig = new GeminiFloorConfig { Temperature = options.Temperature, MaxOutputTokens = options.MaxOutputTokens } };
    }
}
