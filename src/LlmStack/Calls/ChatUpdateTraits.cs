using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal readonly struct ChatUpdateTraits : IUpdateTraits<ChatResponseUpdate>
{
    public static bool HasContent(ChatResponseUpdate update)
    {
        if (update is RoutedChatResponseUpdate { IsProgress: true })
        {
            return true;
        }

        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent { Text.Length: 0 }:
                case TextReasoningContent { Text.Length: 0 }:
                case UsageContent:
                    break;
                default:
                    return true;
            }
        }

        return false;
    }

    public static void Observe(ChatResponseUpdate update, CallState state)
    {
        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text:
                    state.Text.Append(text.Text);
                    break;
                case UsageContent usage:
                    state.Facts.Usage = usage.Details;
                    break;
                case FunctionCallContent call:
                    (state.ToolCalls ??= []).Add(call);
                    break;
                default:
                    break;
            }
        }

        if (update.FinishReason is { } reason)
        {
            state.Facts.FinishReason = reason.Value;
        }

        state.Facts.ResponseId ??= update.ResponseId;
        state.Facts.ModelId ??= update.ModelId;
    }

    public static bool CanCarryRoute(ChatResponseUpdate update) => update is RoutedChatResponseUpdate;

    public static void Attach(ChatResponseUpdate update, CallRoute route, bool last)
    {
        if (update is RoutedChatResponseUpdate routed)
        {
            routed.Route = route;
        }

        // Coalescing a stream into a ChatResponse keeps the properties and nothing else.
        if (last || update is not RoutedChatResponseUpdate)
        {
            (update.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;
        }
    }

    public static ChatResponseUpdate MakeLast(CallState state) => new RoutedChatResponseUpdate
    {
        Role = ChatRole.Assistant,
        ResponseId = state.Facts.ResponseId,
        ModelId = state.Facts.ModelId,
    };
}
