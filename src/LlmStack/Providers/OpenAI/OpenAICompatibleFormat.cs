using LlmStack.Providers.OpenAI.Responses;

namespace LlmStack.Providers.OpenAI;

/// <summary>Any server that speaks OpenAI's format: vLLM, llama.cpp, LM Studio, a LiteLLM proxy.</summary>
internal sealed class OpenAICompatibleFormat : IProviderFormat
{
    public string Type => "OpenAICompatible";

    public string? DefaultEndpoint => null;

    public string? DefaultApiKeyVariable => null;

    public bool RequiresKey => false;

    public string? SystemName => null;

    public ILlmProvider Create(ProviderSetup setup) => new ChatApiSwitch(new OpenAIProvider(setup, OpenAIProfile.Compatible), setup, hasResponses: false);
}
