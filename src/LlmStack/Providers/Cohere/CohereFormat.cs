namespace LlmStack.Providers.Cohere;

/// <summary>Cohere's second version.</summary>
internal sealed class CohereFormat : IProviderFormat
{
    public string Type => "Cohere";

    public string? DefaultEndpoint => "https://api.cohere.com/v2";

    public string? DefaultApiKeyVariable => "COHERE_API_KEY";

    public bool RequiresKey => true;

    public string? SystemName => "cohere";

    public ILlmProvider Create(ProviderSetup setup) => new CohereProvider(setup);
}
