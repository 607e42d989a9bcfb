using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>The first and the last update of a stream, which carry its route.</summary>
internal sealed class RoutedChatResponseUpdate : ChatResponseUpdate
{
    public CallRoute? Route { get; set; }
}
