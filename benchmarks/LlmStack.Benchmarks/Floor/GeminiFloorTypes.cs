using System.Text.Json.Serialization;

namespace LlmStack.Benchmarks.Floor;

internal sealed class GeminiFloorRequest
{
    public GeminiFloorContent? SystemInstruction { get; init; }

    public required List<GeminiFloorContent> Contents { get; init; }

    public GeminiFloorConfig? GenerationConfig { get; init; }
}

internal sealed class GeminiFloorConfig
{
    public float? Temperature { get; init; }

    public int? MaxOutputTokens { get; init; }
}

internal sealed class GeminiFloorContent
{
    public string? Role { get; init; }

    public List<GeminiFloorPart>? Parts { get; init; }
}

internal sealed class GeminiFloorPart
{
    public string? Text { get; init; }
}

internal sealed class GeminiFloorAnswer
{
    public required List<GeminiFloorCandidate> Candidates { get; init; }

    public GeminiFloorUsage? UsageMetadata { get; init; }

    public string? ModelVersion { get; init; }

    public string? ResponseId { get; init; }
}

internal sealed class GeminiFloorCandidate
{
    public GeminiFloorContent? Content { get; init; }

    public string? FinishReason { get; init; }
}

internal sealed class GeminiFloorUsage
{
    public long PromptTokenCount { get; init; }

    public long CandidatesTokenCount { get; init; }

    public long CachedContentTokenCount { get; init; }
}

internal sealed class GeminiFloorEmbedRequest
{
    public required List<GeminiFloorEmbed> Requests { get; init; }
}

internal sealed class GeminiFloorEmbed
{
    public required string Model { get; init; }

    public required GeminiFloorContent Content { get; init; }
}

internal sealed class GeminiFloorVectors
{
    public required List<GeminiFloorVector> Embeddings { get; init; }
}

internal sealed class GeminiFloorVector
{
    public required float[] Values { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GeminiFloorRequest))]
[JsonSerializable(typeof(GeminiFloorAnswer))]
[JsonSerializable(typeof(GeminiFloorEmbedRequest))]
[JsonSerializable(typeof(GeminiFloorVectors))]
internal sealed partial class GeminiFloorJson : JsonSerializerContext;
