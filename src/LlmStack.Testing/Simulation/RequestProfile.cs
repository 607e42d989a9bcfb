using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing.Simulation;

/// <summary>One sort of call among those that arrive.</summary>
public sealed class RequestProfile
{
    internal RequestProfile(string model) => Model = model;

    /// <summary>Group, alias or <c>provider/model</c>.</summary>
    public string Model { get; }

    /// <summary>How many of the calls are of this sort, relative to the others; more than 0. Default 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Share of these calls that stream, 0 to 1. Default 0.</summary>
    public double StreamingShare { get; set; }

    /// <summary>Tokens of the prompt; 1 or more. Default 400.</summary>
    public int InputTokens { get; set; } = 400;

    /// <summary>Options of the call, for instance with tools or <c>WithRouting</c>; null for none.</summary>
    public ChatOptions? Options { get; set; }

    internal ChatMessage[] Prompt { get; private set; } = [];

    internal void Prepare()
    {
        if (!(Weight > 0) || !(StreamingShare >= 0 && StreamingShare <= 1) || InputTokens < 1)
        {
            throw new ArgumentException($"The calls of '{Model}' have the weight {Weight}, the streaming share {StreamingShare} and {InputTokens} input tokens; allowed are more than 0, 0 to 1, and 1 or more.");
        }

        // The estimator counts four characters to a token.
        Prompt = [new ChatMessage(ChatRole.User, new string('x', InputTokens * 4))];
    }
}
