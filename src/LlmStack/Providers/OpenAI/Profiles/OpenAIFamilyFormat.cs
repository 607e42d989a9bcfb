using LlmStack.Providers.OpenAI.Responses;

namespace LlmStack.Providers.OpenAI.Profiles;

/// <summary>The wire format of one member of the family.</summary>
internal sealed class OpenAIFamilyFormat(FamilyMember member) : IProviderFormat
{
    public string Type => member.Type;

    public string? DefaultEndpoint => member.Endpoint;

    public string? DefaultApiKeyVariable => member.KeyVariable;

    public bool RequiresKey => member.RequiresKey;

    public string? SystemName => member.SystemName ?? member.Name;

    public string? CatalogName => member.CatalogName;

    public ILlmProvider Create(ProviderSetup setup)
    {
        ProviderSetup own = setup with { JoinsTraces = member.JoinsTraces };
        return new ChatApiSwitch(new OpenAIProvider(own, member.Profile), own, hasResponses: false);
    }
}
