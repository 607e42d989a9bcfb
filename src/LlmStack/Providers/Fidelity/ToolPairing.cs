using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>Puts every tool result right behind its call, gives calls without one a placeholder, and drops results without a call.</summary>
internal static class ToolPairing
{
    private const string NoResult = "No result: the call was not completed.";

    public static List<ChatMessage> Pair(IReadOnlyList<ChatMessage> messages, AttemptReport report)
    {
        var paired = new List<ChatMessage>(messages.Count + 2);
        HashSet<AIContent> placed = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = Remaining(messages[i], placed, report);
            if (message.Contents.Count > 0 || messages[i].Contents.Count == 0)
            {
                paired.Add(message);
            }

            if (messages[i].Role == ChatRole.Assistant && messages[i].Contents.Any(static content => content is FunctionCallContent))
            {
                i = PlaceResults(messages, i, paired, placed, report);
            }
        }

        return paired;
    }

    /// <summary>A message without the results that already stand behind their calls, and without those that have no call.</summary>
    private static ChatMessage Remaining(ChatMessage message, HashSet<AIContent> placed, AttemptReport report)
    {
        if (!HistoryCheck.HasResults(message))
        {
            return message;
        }

        foreach (AIContent content in message.Contents)
        {
            if (content is FunctionResultContent result && !placed.Contains(result))
            {
                report.AddChange($"messages: the tool result '{result.CallId}' was dropped, it has no call");
            }
        }

        ChatMessage copy = message.Clone();
        copy.Contents = [.. message.Contents.Where(static content => content is not FunctionResultContent)];
        return copy;
    }

    /// <summary>Adds the results of the calls at <paramref name="at"/>; returns the last message that was taken over whole.</summary>
    private static int PlaceResults(IReadOnlyList<ChatMessage> messages, int at, List<ChatMessage> paired, HashSet<AIContent> placed, AttemptReport report)
    {
        int end = at + 1;
        while (end < messages.Count && messages[end].Role != ChatRole.Assistant && HistoryCheck.HasResults(messages[end]))
        {
            end++;
        }

        if (IsWhole(messages, at, end))
        {
            for (int i = at + 1; i < end; i++)
            {
                paired.Add(messages[i]);
            }

            return end - 1;
        }

        var results = new List<AIContent>();
        foreach (FunctionCallContent call in messages[at].Contents.OfType<FunctionCallContent>())
        {
            FunctionResultContent? result = Find(messages, at, call.CallId, placed, out int found);
            if (result is null)
            {
                result = new FunctionResultContent(call.CallId, NoResult);
                report.AddChange($"messages: the tool call '{call.CallId}' got a placeholder as its result");
            }
            else if (found >= end)
            {
                report.AddChange($"messages: the tool result '{call.CallId}' was moved behind its call");
            }

            placed.Add(result);
            results.Add(result);
        }

        paired.Add(new ChatMessage(ChatRole.Tool, results));
        return at;
    }

    /// <summary>Whether the run behind the calls holds exactly their results.</summary>
    private static bool IsWhole(IReadOnlyList<ChatMessage> messages, int at, int end)
    {
        if (!HistoryCheck.IsAnswered(messages, at))
        {
            return false;
        }

        for (int i = at + 1; i < end; i++)
        {
            foreach (AIContent content in messages[i].Contents)
            {
                if (content is FunctionResultContent result && !messages[at].Contents.Any(other => other is FunctionCallContent call && call.CallId == result.CallId))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The first result of an id that is not placed yet; ids may be used again by later calls, so the search ends there.</summary>
    private static FunctionResultContent? Find(IReadOnlyList<ChatMessage> messages, int at, string id, HashSet<AIContent> placed, out int found)
    {
        for (found = at + 1; found < messages.Count; found++)
        {
            foreach (AIContent content in messages[found].Contents)
            {
                switch (content)
                {
                    case FunctionResultContent result when result.CallId == id && !placed.Contains(result):
                        return result;
                    case FunctionCallContent call when call.CallId == id:
                        return null;
                }
            }
        }

        return null;
    }
}
