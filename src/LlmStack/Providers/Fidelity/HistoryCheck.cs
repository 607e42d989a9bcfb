using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>Whether a conversation keeps the rules. Looks only; allocates nothing.</summary>
internal static class HistoryCheck
{
    public static bool IsSound(IReadOnlyList<ChatMessage> messages, HistoryRules rules)
    {
        bool spoken = false;
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = messages[i];
            if (IsSystem(message))
            {
                if (spoken && rules.System == SystemPlacement.First)
                {
                    return false;
                }
            }
            else
            {
                if (!spoken && rules.StartsWithUser && message.Role == ChatRole.Assistant)
                {
                    return false;
                }

                spoken = true;
            }

            if (!IsSoundMessage(messages, i, rules))
            {
                return false;
            }
        }

        return (spoken || !rules.StartsWithUser)
            && !(rules.EndsWithUser && messages.Count > 0 && messages[^1].Role == ChatRole.Assistant);
    }

    public static bool IsSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role.Value == "developer";

    public static bool IsBlank(AIContent content) => content is TextContent text && string.IsNullOrWhiteSpace(text.Text);

    public static bool HasBlankText(ChatMessage message)
    {
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (IsBlank(contents[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a message says nothing. An empty text of the user's is something where empty texts may be sent.</summary>
    public static bool IsEmpty(ChatMessage message, HistoryRules rules)
    {
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not (UsageContent or ErrorContent { ErrorCode: not "Refusal" }) && !IsBlank(contents[i]))
            {
                return false;
            }
        }

        return !rules.AcceptsEmptyText || message.Role == ChatRole.Assistant || message.Role == ChatRole.Tool;
    }

    /// <summary>Whether every call of the message at <paramref name="at"/> has its own result in the messages right behind it, and no second one.</summary>
    public static bool IsAnswered(IReadOnlyList<ChatMessage> messages, int at)
    {
        IList<AIContent> contents = messages[at].Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionCallContent call && ResultsBehind(messages, at, call.CallId) != Calls(messages[at], call.CallId))
            {
                return false;
            }
        }

        return true;
    }

    public static bool HasResults(ChatMessage message)
    {
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionResultContent)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSoundMessage(IReadOnlyList<ChatMessage> messages, int at, HistoryRules rules)
    {
        ChatMessage message = messages[at];
        if ((!rules.AcceptsEmptyText && HasBlankText(message)) || IsEmpty(message, rules) || !IsAnswered(messages, at) || !HasCalls(messages, at, rules))
        {
            return false;
        }

        if (at == 0)
        {
            return true;
        }

        ChatRole previous = TurnOf(messages[at - 1], rules);
        ChatRole role = TurnOf(message, rules);
        return !(rules.JoinsNeighbours && previous == role && !IsSystem(message))
            && !(rules.AnswersToolsFirst && role == ChatRole.User && previous == ChatRole.Tool);
    }

    /// <summary>Whether every result in the message follows its call, and stands in front of other content where it must.</summary>
    private static bool HasCalls(IReadOnlyList<ChatMessage> messages, int at, HistoryRules rules)
    {
        IList<AIContent> contents = messages[at].Contents;
        bool other = false;
        int calls = -1;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not FunctionResultContent result)
            {
                other = true;
                continue;
            }

            calls = calls >= 0 ? calls : CallsBefore(messages, at);
            if (calls < 0 || (other && rules.ResultsAreUserTurns) || Calls(messages[calls], result.CallId) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static ChatRole TurnOf(ChatMessage message, HistoryRules rules) =>
        rules.ResultsAreUserTurns && message.Role == ChatRole.Tool ? ChatRole.User : message.Role;

    /// <summary>The message whose calls the run of results around <paramref name="at"/> answers; -1 when there is none.</summary>
    private static int CallsBefore(IReadOnlyList<ChatMessage> messages, int at)
    {
        int i = at - 1;
        while (i >= 0 && messages[i].Role != ChatRole.Assistant && HasResults(messages[i]))
        {
            i--;
        }

        return i >= 0 && messages[i].Role == ChatRole.Assistant ? i : -1;
    }

    /// <summary>How many calls of a message have an id; more than one only where a model went wrong.</summary>
    private static int Calls(ChatMessage message, string id)
    {
        int count = 0;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionCallContent call && string.Equals(call.CallId, id, StringComparison.Ordinal))
            {
                count++;
            }
        }

        return count;
    }

    private static int ResultsBehind(IReadOnlyList<ChatMessage> messages, int at, string id)
    {
        int count = 0;
        for (int i = at + 1; i < messages.Count && messages[i].Role != ChatRole.Assistant && HasResults(messages[i]); i++)
        {
            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                if (contents[j] is FunctionResultContent result && string.Equals(result.CallId, id, StringComparison.Ordinal))
                {
                    count++;
                }
            }
        }

        return count;
    }
}
