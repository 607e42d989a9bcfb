namespace LlmStack.Providers.Anthropic;

/// <summary>Anthropic itself, and servers that speak its Messages API.</summary>
internal sealed class AnthropicFormat : IProviderFormat
{
    /// <summary>The version that keeps temperature and its kin for the models that take them.</summary>
    public const string DefaultVersion = "2023-06-01";

    private const string VersionHeader = "anthropic-version";

    public string Type => "Anthropic";

    public string? DefaultEndpoint => "https://api.anthropic.com";

    public string? DefaultApiKeyVariable => "ANTHROPIC_API_KEY";

    public bool RequiresKey => true;

    public string? SystemName => "anthropic";

    public ILlmProvider Create(ProviderSetup setup) => new AnthropicProvider(
        setup with
        {
            Key = new KeyPlacement("x-api-key", ""),
            FormatHeaders = [new(VersionHeader, DefaultVersion)],
        },
        AnthropicProfile.Anthropic);
}
