using LlmStack.Providers.OpenAI.Responses;

namespace LlmStack.Providers.OpenAI;

/// <summary>OpenAI itself.</summary>
internal sealed class OpenAIFormat : IProviderFormat
{
    public string Type => "OpenAI";

    public string? DefaultEndpoint => "https://api.openai.com/v1";

    public string? DefaultApiKeyVariable => "OPENAI_API_KEY";

    public bool RequiresKey => true;

    public string? SystemName => "openai";

    public ILlmProvider Create(ProviderSetup setup) => new ChatApiSwitch(new OpenAIProvider(setup, OpenAIProfile.OpenAI), setup, hasResponses: true);
}
