namespace LlmStack.Providers.Anthropic;

/// <summary>Anthropic itself, and servers that speak its Messages API.</summary>
internal sealed class AnthropicFormat : IProviderFormat
{
    /// <summary>The version that keeps temperature and its kin for the models that take them.</summary>
    public const string DefaultVersion = "2023-06-01";

    private const string FirstVersionWithoutSampling = "2026-10-21";

    /// <summary>What tokens of a signed-in user begin with; they are no keys.</summary>
    private const string TokenPrefix = "sk-ant-oat";
    private const string VersionHeader = "anthropic-version";

    public string Type => "Anthropic";

    public string? DefaultEndpoint => "https://api.anthropic.com";

    public string? DefaultApiKeyVariable => "ANTHROPIC_API_KEY";

    public bool RequiresKey => true;

    public string? SystemName => "anthropic";

    public ILlmProvider Create(ProviderSetup setup)
    {
        string version = string.IsNullOrWhiteSpace(setup.Options.ApiVersion) ? DefaultVersion : setup.Options.ApiVersion.Trim();
        ProviderSetup own = setup with { Key = new KeyPlacement("x-api-key", ""), TokenKey = KeyPlacement.Bearer, TokenPrefix = TokenPrefix, FormatHeaders = [new(VersionHeader, version)] };

        // Versions are dates, which compare as texts.
        bool samples = string.CompareOrdinal(version, FirstVersionWithoutSampling) < 0;
        return new AnthropicProvider(own, AnthropicProfile.Anthropic with { SendsSampling = samples });
    }
}
