namespace LlmStack.Providers.Gemini;

/// <summary>Google's Vertex AI: Gemini, and Claude in its own format. A token by credential callback, or the key of its express mode.</summary>
internal sealed class VertexFormat : IProviderFormat
{
    public string Type => "VertexAI";

    public string? DefaultEndpoint => null;

    public string? DefaultApiKeyVariable => null;

    public bool RequiresKey => false;

    public string? SystemName => "gcp.vertex_ai";

    public string? CatalogName => "vertex";

    public ILlmProvider Create(ProviderSetup setup)
    {
        bool express = !string.IsNullOrEmpty(setup.Options.ApiKey);
        return new VertexProvider(setup with { SendsOrganization = false, Key = express ? new KeyPlacement("x-goog-api-key", "") : KeyPlacement.Bearer });
    }
}
