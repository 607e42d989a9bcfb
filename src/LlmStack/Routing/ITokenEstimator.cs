using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>Estimates the tokens of a prompt before it is sent. Replace it in DI to use a real tokenizer.</summary>
[Experimental("LLMSTACK001")]
public interface ITokenEstimator
{
    /// <summary>Estimates the prompt tokens of a conversation.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">The options, whose tools count as well; or null.</param>
    int EstimateTokens(IReadOnlyList<ChatMessage> messages, ChatOptions? options);

    /// <summary>Estimates the tokens of plain text.</summary>
    /// <param name="text">The text.</param>
    int EstimateTokens(ReadOnlySpan<char> text);

    /// <summary>Learns from what a provider counted.</summary>
    /// <param name="model">The model as the provider names it.</param>
    /// <param name="estimated">What was estimated.</param>
    /// <param name="reported">What the provider reported.</param>
    void Observe(string model, int estimated, long reported);
}
