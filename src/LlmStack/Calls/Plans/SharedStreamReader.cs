using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>What one who joined a stream gets: copies of its updates with a route of his own, on which nothing was paid.</summary>
internal sealed class SharedStreamReader(string model, SharedRoutes routes, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly List<ChatResponseUpdate> _seen = [];
    private CallRoute? _route;
    private long? _firstToken;

    public ChatResponseUpdate Copy(ChatResponseUpdate made)
    {
        if (_firstToken is null && ChatUpdateTraits.HasContent(made))
        {
            _firstToken = time.GetTimestamp();
        }

        var copy = new RoutedChatResponseUpdate
        {
            Role = made.Role,
            AuthorName = made.AuthorName,
            MessageId = made.MessageId,
            ResponseId = made.ResponseId,
            ConversationId = made.ConversationId,
            CreatedAt = made.CreatedAt,
            FinishReason = made.FinishReason,
            ModelId = made.ModelId,
            RawRepresentation = made.RawRepresentation,
            IsProgress = made is RoutedChatResponseUpdate { IsProgress: true },
        };
        foreach (AIContent content in made.Contents)
        {
            // The usage is that of the call that was made.
            if (content is not UsageContent)
            {
                copy.Contents.Add(content);
            }
        }

        _seen.Add(copy);
        bool last = made.AdditionalProperties?.ContainsKey(LlmResponseExtensions.RouteKey) == true && _route is not null;
        if (made.AdditionalProperties is { } properties)
        {
            copy.AdditionalProperties = new AdditionalPropertiesDictionary(properties);
            copy.AdditionalProperties.Remove(LlmResponseExtensions.RouteKey);
        }

        if (made.GetRoute() is { } route)
        {
            _route ??= SharedRoutes.Begin(model, route);
            if (last)
            {
                routes.End(_route, route, _started, _firstToken, _seen.ToChatResponse().Messages);
            }
            else
            {
                _route.Served = route.Served;
            }

            ChatUpdateTraits.Attach(copy, _route, last);
        }

        return copy;
    }
}
