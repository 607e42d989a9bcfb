using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>What the client was asked, after its arguments were checked.</summary>
/// <param name="Model">The name asked for.</param>
/// <param name="Routing">The wishes, or null.</param>
/// <param name="Messages">The conversation, for chat.</param>
/// <param name="Options">The chat options without the wishes, or null.</param>
/// <param name="Features">What the request needs of a model.</param>
/// <param name="MaxOutputTokens">The caller's cap, or null.</param>
internal readonly record struct CallRequest(string Model, RoutingOptions? Routing, IReadOnlyList<ChatMessage>? Messages, ChatOptions? Options, RequestFeatures Features, int? MaxOutputTokens)
{
    /// <summary>Whether it is a copy made for a mirror.</summary>
    public bool IsCopy { get; init; }
}
