using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Repairs conversations that a provider would refuse: results without calls, calls without results, empty content, the order of
/// roles. The caller's messages are never modified, and a sound conversation costs a look and no allocation.
/// </summary>
internal static class HistoryRepair
{
    private const string Placeholder = ".";

    /// <summary>Returns a conversation that keeps the rules; the same list when it does already, or when repair is switched off.</summary>
    public static IReadOnlyList<ChatMessage> Repair(IReadOnlyList<ChatMessage> messages, HistoryRules rules, ProviderCall call)
    {
        if (!call.RepairHistory || HistoryCheck.IsSound(messages, rules))
        {
            return messages;
        }

        AttemptReport report = call.Report;
        List<ChatMessage> repaired = ToolPairing.Pair(messages, report);
        if (rules.System == SystemPlacement.First)
        {
            MoveSystemFirst(repaired, report);
        }

        DropEmpty(repaired, rules, report);
        if (rules.ResultsAreUserTurns)
        {
            MakeUserTurns(repaired);
        }

        if (rules.JoinsNeighbours)
        {
            Join(repaired, rules, report);
        }

        MendEnds(repaired, rules, report);
        return repaired;
    }

    private static void MoveSystemFirst(List<ChatMessage> messages, AttemptReport report)
    {
        int front = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            if (!HistoryCheck.IsSystem(messages[i]))
            {
                continue;
            }

            if (i != front)
            {
                ChatMessage message = messages[i];
                messages.RemoveAt(i);
                messages.Insert(front, message);
                report.AddChange("messages: a system message was moved to the front");
            }

            front++;
        }
    }

    private static void DropEmpty(List<ChatMessage> messages, HistoryRules rules, AttemptReport report)
    {
        int kept = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = messages[i];
            if (!rules.AcceptsEmptyText && HistoryCheck.HasBlankText(message))
            {
                message = With(message, [.. message.Contents.Where(static content => !HistoryCheck.IsBlank(content))]);
                report.AddChange("messages: empty text was dropped");
            }

            if (HistoryCheck.IsEmpty(message, rules))
            {
                report.AddChange("messages: an empty message was dropped");
                continue;
            }

            messages[kept++] = message;
        }

        messages.RemoveRange(kept, messages.Count - kept);
        if (messages.Count == 0)
        {
            throw FieldPolicy.Refusal("messages", "every message is empty; at least one needs content");
        }
    }

    private static void MakeUserTurns(List<ChatMessage> messages)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == ChatRole.Tool)
            {
                ChatMessage turn = messages[i].Clone();
                turn.Role = ChatRole.User;
                messages[i] = turn;
            }
        }
    }

    private static void Join(List<ChatMessage> messages, HistoryRules rules, AttemptReport report)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            int end = i + 1;
            while (end < messages.Count && messages[end].Role == messages[i].Role && !HistoryCheck.IsSystem(messages[i]))
            {
                end++;
            }

            var contents = new List<AIContent>();
            for (int j = i; j < end; j++)
            {
                contents.AddRange(messages[j].Contents);
            }

            if (rules.ResultsAreUserTurns && messages[i].Role == ChatRole.User)
            {
                contents = [.. contents.OrderBy(static content => content is FunctionResultContent ? 0 : 1)];
            }

            if (end > i + 1)
            {
                report.AddChange("messages: neighbours of the same role were joined");
                messages.RemoveRange(i + 1, end - i - 1);
            }
            else if (contents.SequenceEqual(messages[i].Contents))
            {
                continue;
            }

            messages[i] = With(messages[i], contents);
        }
    }

    private static void MendEnds(List<ChatMessage> messages, HistoryRules rules, AttemptReport report)
    {
        int first = messages.FindIndex(static message => !HistoryCheck.IsSystem(message));
        if (rules.StartsWithUser && (first < 0 || messages[first].Role == ChatRole.Assistant))
        {
            messages.Insert(first < 0 ? messages.Count : first, new ChatMessage(ChatRole.User, Placeholder));
            report.AddChange("messages: a user message was put first");
        }

        if (rules.EndsWithUser && messages[^1].Role == ChatRole.Assistant)
        {
            messages.Add(new ChatMessage(ChatRole.User, "Continue."));
            report.AddChange("messages: a user message was put last, the model continues no assistant message");
        }

        for (int i = messages.Count - 1; rules.AnswersToolsFirst && i > 0; i--)
        {
            if (messages[i].Role == ChatRole.User && messages[i - 1].Role == ChatRole.Tool)
            {
                messages.Insert(i, new ChatMessage(ChatRole.Assistant, Placeholder));
                report.AddChange("messages: an assistant message was put between a tool's result and the user");
            }
        }
    }

    private static ChatMessage With(ChatMessage message, IList<AIContent> contents)
    {
        ChatMessage copy = message.Clone();
        copy.Contents = contents;
        return copy;
    }
}
