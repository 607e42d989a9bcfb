namespace LlmStack.Providers.Gemini;

/// <summary>Where the format is served, and how Vertex AI differs from Google's own API.</summary>
internal sealed record GeminiProfile
{
    public static readonly GeminiProfile Gemini = new();

    public static readonly GeminiProfile Vertex = new() { IsVertex = true, EmbedOperation = ":predict", MaxBatchSize = 250, SendsCallIds = false };

    public bool IsVertex { get; init; }

    /// <summary>The operation that makes vectors.</summary>
    public string EmbedOperation { get; init; } = ":batchEmbedContents";

    /// <summary>The most inputs of one embeddings call.</summary>
    public int MaxBatchSize { get; init; } = 100;

    /// <summary>Whether calls of functions and their results carry ids.</summary>
    public bool SendsCallIds { get; init; } = true;

    /// <summary>The path of a model: <c>models/x</c>, unless the caller names the collection himself, for instance <c>tunedModels/x</c>.</summary>
    public string PathOf(string model)
    {
        string name = model.Contains('/', StringComparison.Ordinal) ? model : (IsVertex ? "publishers/google/models/" : "models/") + model;
        return string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
    }
}
