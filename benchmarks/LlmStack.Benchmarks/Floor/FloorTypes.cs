using System.Text.Json.Serialization;

namespace LlmStack.Benchmarks.Floor;

internal readonly record struct FloorAnswer(string Text, FloorUsage? Usage);

internal sealed class FloorChatRequest
{
    public required string Model { get; init; }

    public required List<FloorMessage> Messages { get; init; }

    public float? Temperature { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public bool? Stream { get; set; }

    public FloorStreamOptions? StreamOptions { get; set; }
}

internal sealed class FloorStreamOptions
{
    public static readonly FloorStreamOptions WithUsage = new() { IncludeUsage = true };

    public bool IncludeUsage { get; init; }
}

internal sealed class FloorMessage
{
    public required string Role { get; init; }

    public string? Content { get; init; }
}

internal sealed class FloorChatResponse
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    public required List<FloorChoice> Choices { get; init; }

    public FloorUsage? Usage { get; init; }
}

internal sealed class FloorChoice
{
    public required FloorMessage Message { get; init; }

    public string? FinishReason { get; init; }
}

internal sealed class FloorUsage
{
    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    public FloorPromptDetails? PromptTokensDetails { get; init; }
}

internal sealed class FloorPromptDetails
{
    public long CachedTokens { get; init; }
}

internal sealed class FloorChunk
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    public List<FloorChunkChoice>? Choices { get; init; }

    public FloorUsage? Usage { get; init; }
}

internal sealed class FloorChunkChoice
{
    public FloorDelta? Delta { get; init; }

    public string? FinishReason { get; init; }
}

internal sealed class FloorDelta
{
    public string? Role { get; init; }

    public string? Content { get; init; }
}

internal sealed class FloorEmbeddingRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<string> Input { get; init; }

    public string? EncodingFormat { get; init; }
}

internal sealed class FloorBase64Embeddings
{
    public required List<FloorBase64Embedding> Data { get; init; }

    public FloorUsage? Usage { get; init; }
}

internal sealed class FloorBase64Embedding
{
    public int Index { get; init; }

    public required string Embedding { get; init; }
}

internal sealed class FloorNumberEmbeddings
{
    public required List<FloorNumberEmbedding> Data { get; init; }

    public FloorUsage? Usage { get; init; }
}

internal sealed class FloorNumberEmbedding
{
    public int Index { get; init; }

    public required float[] Embedding { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FloorChatRequest))]
[JsonSerializable(typeof(FloorChatResponse))]
[JsonSerializable(typeof(FloorChunk))]
[JsonSerializable(typeof(FloorEmbeddingRequest))]
[JsonSerializable(typeof(FloorBase64Embeddings))]
[JsonSerializable(typeof(FloorNumberEmbeddings))]
internal sealed partial class FloorJsonContext : JsonSerializerContext;
