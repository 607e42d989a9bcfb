using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Chooses between chat completions and Responses for each call; everything beside chat is the former's.</summary>
/// <param name="completions">The adapter of chat completions, which has the other operations as well.</param>
/// <param name="setup">The provider.</param>
/// <param name="hasResponses">Whether the service is known to offer Responses, so that a request that needs it may go there.</param>
/// <param name="address">Where Responses are asked; null: below the endpoint.</param>
internal sealed class ChatApiSwitch(OpenAIProvider completions, ProviderSetup setup, bool hasResponses, OperationAddress? address = null) : ILlmProvider, IChatAvailability
{
    private readonly ResponsesProvider _responses = new(setup, address);

    public bool OffersChat => completions.OffersChat;

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Choose(call, options).ChatAsync(call, messages, options, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Choose(call, options).ChatStreamingAsync(call, messages, options, cancellationToken);

    public object? GetService(Type serviceType) => serviceType == typeof(ResponsesProvider) ? _responses : completions.GetService(serviceType);

    private ILlmProvider Choose(ProviderCall call, ChatOptions? options)
    {
        ChatApi api = call.Api ?? setup.Options.Api;
        bool responses = api == ChatApi.Responses
            || (api == ChatApi.Auto && hasResponses && (ModelTraits.Of("openai", call.Model).ResponsesOnly || NeedsResponses(options)));
        return responses ? _responses : completions;
    }

    private static bool NeedsResponses(ChatOptions? options)
    {
        if (options is null)
        {
            return false;
        }

        if (options.ConversationId is not null)
        {
            return true;
        }

        for (int i = 0; i < (options.Tools?.Count ?? 0); i++)
        {
            if (options.Tools![i] is not AIFunctionDeclaration)
            {
                return true;
            }
        }

        return false;
    }
}
