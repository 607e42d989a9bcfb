using LlmStack.Providers.OpenAI.Responses;

namespace LlmStack.Providers.OpenAI.Azure;

/// <summary>Azure OpenAI: OpenAI's bodies at Azure's addresses, with Azure's key header or a bearer token of Entra.</summary>
internal sealed class AzureOpenAIFormat : IProviderFormat
{
    public string Type => "AzureOpenAI";

    public string? DefaultEndpoint => null;

    public string? DefaultApiKeyVariable => "AZURE_OPENAI_API_KEY";

    public bool RequiresKey => true;

    public string? SystemName => "azure.ai.openai";

    public string? CatalogName => "azure";

    public ILlmProvider Create(ProviderSetup setup)
    {
        ProviderSetup azure = setup with { Key = new KeyPlacement("api-key", ""), TokenKey = KeyPlacement.Bearer };
        var addresses = new AzureAddresses(setup.Endpoint, setup.Options.ApiVersion);
        return new ChatApiSwitch(new OpenAIProvider(azure, OpenAIProfile.OpenAI with { NamesDeployments = true, Operations = OpenAIProfile.OpenAI.Operations & ~OpenAIOperations.Moderation }, addresses.For), azure, hasResponses: !addresses.HasModelInPath, addresses.For("/responses"));
    }
}
