namespace LlmStack.Providers.Gemini;

/// <summary>Google's Gemini API, with a key.</summary>
internal sealed class GeminiFormat : IProviderFormat
{
    public string Type => "Gemini";

    public string? DefaultEndpoint => "https://generativelanguage.googleapis.com/v1beta";

    public string? DefaultApiKeyVariable => "GEMINI_API_KEY";

    public bool RequiresKey => true;

    public string? SystemName => "gcp.gemini";

    public string? CatalogName => "google";

    public ILlmProvider Create(ProviderSetup setup) => new GeminiProvider(setup with { Key = new KeyPlacement("x-goog-api-key", "") }, GeminiProfile.Gemini);
}
