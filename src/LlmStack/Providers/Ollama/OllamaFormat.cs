namespace LlmStack.Providers.Ollama;

/// <summary>Ollama's own format, on this machine or in its cloud.</summary>
internal sealed class OllamaFormat : IProviderFormat
{
    public string Type => "Ollama";

    public string? DefaultEndpoint => "http://127.0.0.1:11434";

    public string? DefaultApiKeyVariable => "OLLAMA_API_KEY";

    public bool RequiresKey => false;

    public string? SystemName => "ollama";

    public string? CatalogName => null;

    public ILlmProvider Create(ProviderSetup setup) => new OllamaProvider(setup);
}
