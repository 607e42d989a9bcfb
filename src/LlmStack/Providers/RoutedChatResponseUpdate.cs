using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>The first and the last update of a stream, which carry its route.</summary>
internal sealed class RoutedChatResponseUpdate : ChatResponseUpdate
{
    public CallRoute? Route { get; set; }

    /// <summary>Whether content was produced although none is here yet: fragments of a tool call are put together first.</summary>
    public bool IsProgress { get; set; }
}
