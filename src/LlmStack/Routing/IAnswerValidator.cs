using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>Decides in a cascade whether a cheap answer is good enough. Registered as a keyed service; thread-safe.</summary>
[Experimental("LLMSTACK001")]
public interface IAnswerValidator
{
    /// <summary>Null when the answer is good; else why it is not, in a few words without content, for the route.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="answer">The answer; not to be modified.</param>
    /// <param name="cancellationToken">The caller's.</param>
    ValueTask<string?> FindFaultAsync(IReadOnlyList<ChatMessage> messages, ChatResponse answer, CancellationToken cancellationToken);
}
