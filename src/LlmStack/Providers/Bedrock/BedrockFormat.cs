namespace LlmStack.Providers.Bedrock;

/// <summary>AWS Bedrock's Converse.</summary>
internal sealed class BedrockFormat : IProviderFormat
{
    public string Type => "Bedrock";

    public string? DefaultEndpoint => null;

    public string? DefaultApiKeyVariable => "AWS_BEARER_TOKEN_BEDROCK";

    public bool RequiresKey => true;

    public string? SystemName => "aws.bedrock";

    public string? CatalogName => "amazon-bedrock";

    public ILlmProvider Create(ProviderSetup setup) => new BedrockProvider(setup with
    {
        Signer = new BedrockSigner(setup.Name, BedrockRegion.Of(setup), setup.Time),
        StreamMediaType = "application/vnd.amazon.eventstream",
    });
}
