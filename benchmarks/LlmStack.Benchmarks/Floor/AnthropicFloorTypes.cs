using System.Text.Json.Serialization;

namespace LlmStack.Benchmarks.Floor;

internal sealed class AnthropicFloorRequest
{
    public required string Model { get; init; }

    public string? System { get; init; }

    public required List<FloorMessage> Messages { get; init; }

    public int MaxTokens { get; init; }

    public float? Temperature { get; init; }

    public bool? Stream { get; set; }
}

/// <summary>A whole message, or any event: the fields of both.</summary>
internal sealed class AnthropicFloorMessageEvent
{
    public string? Type { get; init; }

    public string? Id { get; init; }

    public int? Index { get; init; }

    public List<AnthropicFloorBlock>? Content { get; init; }

    public AnthropicFloorBlock? Delta { get; init; }

    public AnthropicFloorMessageEvent? Message { get; init; }

    public string? StopReason { get; init; }

    public AnthropicFloorUsage? Usage { get; init; }
}

internal sealed class AnthropicFloorBlock
{
    public string? Type { get; init; }

    public string? Text { get; init; }

    public string? StopReason { get; init; }
}

internal sealed class AnthropicFloorUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadInputTokens { get; init; }

    public long CacheCreationInputTokens { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AnthropicFloorRequest))]
[JsonSerializable(typeof(AnthropicFloorMessageEvent))]
internal sealed partial class AnthropicFloorJson : JsonSerializerContext;
