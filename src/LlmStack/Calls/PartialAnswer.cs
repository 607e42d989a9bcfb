using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Puts the part of an answer that was delivered before a stream was lost into the conversation of the one that goes on.</summary>
internal static class PartialAnswer
{
    internal const string Instruction =
        "Your answer above was cut off. Go on exactly where it ends: do not repeat any of it, and write nothing before the continuation.";

    /// <summary>As the beginning of the model's answer where it takes one up; elsewhere with the instruction to go on.</summary>
    public static IReadOnlyList<ChatMessage> Append(IReadOnlyList<ChatMessage> messages, string partialText, Deployment deployment)
    {
        List<ChatMessage> list = [.. messages, new ChatMessage(ChatRole.Assistant, partialText)];
        if (!deployment.AcceptsPrefill)
        {
            list.Add(new ChatMessage(ChatRole.User, Instruction));
        }

        return list;
    }
}
