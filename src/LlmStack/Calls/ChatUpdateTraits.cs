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

        return HasContent(update.Contents);
    }

    /// <summary>Whether an answer holds anything but usage and empty texts.</summary>
    public static bool HasContent(IList<ChatMessage> messages)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            if (HasContent(messages[i].Contents))
            {
                return true;
            }
        }

        return false;
    }

    public static void Observe(ChatResponseUpdate update, CallAttempt attempt)
    {
        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text:
                    attempt.Text.Append(text.Text);
                    break;
                case UsageContent usage:
                    attempt.Facts.Usage = usage.Details;
                    break;
                case FunctionCallContent call:
                    (attempt.ToolCalls ??= []).Add(call);
                    break;
                default:
                    break;
            }
        }

        attempt.IsPlain &= IsPlain(update);
        if (update.FinishReason is { } reason)
        {
            attempt.Facts.FinishReason = reason.Value;
        }

        attempt.Facts.ResponseId ??= update.ResponseId;
        attempt.Facts.ConversationId ??= update.ConversationId;
        attempt.Facts.ModelId ??= update.ModelId;
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

    public static ChatResponseUpdate MakeLast(CallAttempt attempt) => new RoutedChatResponseUpdate
    {
        Role = ChatRole.Assistant,
        ResponseId = attempt.Facts.ResponseId,
        ModelId = attempt.Facts.ModelId,
    };

    public static int SizeOf(ChatResponseUpdate update)
    {
        int size = IUpdateTraits<ChatResponseUpdate>.EmptySize;
        if (update.AdditionalProperties is { } properties)
        {
            foreach ((string key, object? value) in properties)
            {
                size += (key.Length + (value as string)?.Length ?? IUpdateTraits<ChatResponseUpdate>.EmptySize) * sizeof(char);
            }
        }

        return size;
    }

    public static int ContentSizeOf(ChatResponseUpdate update)
    {
        int size = SizeOf(update);
        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            size += contents[i] switch
            {
                TextContent text => text.Text.Length * sizeof(char),
                TextReasoningContent reasoning => reasoning.Text.Length * sizeof(char),
                DataContent data => data.Data.Length,
                _ => IUpdateTraits<ChatResponseUpdate>.EmptySize,
            };
        }

        return size;
    }

    public static ChatResponseUpdate MakeContinuation(StreamContinuation continuation, UsageDetails? usage)
    {
        var update = new ChatResponseUpdate { Role = ChatRole.Assistant, AdditionalProperties = new() { [StreamContinuation.Key] = continuation } };
        if (usage is not null)
        {
            update.Contents.Add(new UsageContent(usage));
        }

        return update;
    }

    public static void Join(ChatResponseUpdate update, ChatResponseUpdate first)
    {
        // Updates with other ids would be coalesced into a second message.
        update.MessageId = first.MessageId;
        update.ResponseId = first.ResponseId;
    }

    /// <summary>Whether the update may be part of an answer that another deployment can go on with: text and reasoning alone.</summary>
    private static bool IsPlain(ChatResponseUpdate update)
    {
        IList<AIContent> contents = update.Contents;
        if (contents.Count == 0)
        {
            return update is not RoutedChatResponseUpdate { IsProgress: true };
        }

        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not (TextContent or TextReasoningContent or UsageContent))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasContent(IList<AIContent> contents)
    {
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
}
