using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Floor;

/// <summary>Floor-B for Anthropic Messages.</summary>
internal sealed class AnthropicFloor : IFormatFloor
{
    private readonly HttpClient _http;
    private readonly string _model;

    public AnthropicFloor(HttpMessageHandler handler, Uri address, string model, string apiKey)
    {
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.Add("x-api-key", apiKey);
        _http.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        _model = model;
    }

    public async Task<FloorAnswer> ChatAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        AnthropicFloorMessageEvent answer = await FloorHttp.PostAsync(_http, "v1/messages", Request(messages, options), AnthropicFloorJson.Default.AnthropicFloorRequest, AnthropicFloorJson.Default.AnthropicFloorMessageEvent);
        return new FloorAnswer(answer.Content![0].Text ?? "", new FloorUsage { PromptTokens = answer.Usage!.InputTokens, CompletionTokens = answer.Usage.OutputTokens });
    }

    public async IAsyncEnumerable<string> ChatStreamingAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        AnthropicFloorRequest request = Request(messages, options);
        request.Stream = true;
        await foreach (AnthropicFloorMessageEvent one in FloorHttp.StreamAsync(_http, "v1/messages", request, AnthropicFloorJson.Default.AnthropicFloorRequest, AnthropicFloorJson.Default.AnthropicFloorMessageEvent))
        {
            if (one.Delta?.Text is { Length: > 0 } text)
            {
                yield return text;
            }
        }
    }

    private AnthropicFloorRequest Request(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        string? system = null;
        var list = new List<FloorMessage>(messages.Count);
        foreach (ChatMessage message in messages)
        {
            if (message.Role == ChatRole.System)
            {
                system = message.Text;
            }
            else
            {
                list.Add(new FloorMessage { Role = message.Role.Value, Content = message.Text });
            }
        }

        return new AnthropicFloorRequest { Model = _model, System = system, Messages = list, MaxTokens = options.MaxOutputTokens ?? 512, Temperature = options.Temperature };
    }
}
