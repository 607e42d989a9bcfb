using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>What our own adapters return, so that the route needs no dictionary: one reference more than its base.</summary>
internal sealed class RoutedChatResponse : ChatResponse
{
    public RoutedChatResponse()
    {
    }

    public RoutedChatResponse(ChatMessage message)
        : base(message)
    {
    }

    public CallRoute? Route { get; set; }
}
