using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>A request as the router sees it.</summary>
[Experimental("LLMSTACK001")]
public readonly struct RouteRequest
{
    /// <summary>The name the application asked for.</summary>
    public string RequestedName { get; init; }

    /// <summary>The operation.</summary>
    public LlmOperation Operation { get; init; }

    /// <summary>What the request needs of a model.</summary>
    public RequestFeatures Features { get; init; }

    /// <summary>The estimated prompt tokens.</summary>
    public int EstimatedInputTokens { get; init; }

    /// <summary>The output tokens to expect: a running mean, capped by the options; 512 before there are samples.</summary>
    public int LikelyOutputTokens { get; init; }

    /// <summary>How many of the prompt's tokens are expected to be read from a provider's cache: by the share that was, for the group and feature.</summary>
    public int LikelyCachedTokens { get; init; }

    /// <summary>The most output tokens the caller allows; null for no limit of his own.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>The conversation, for chat; null for other operations.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }

    /// <summary>The chat options, or null.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>The routing wishes of the call, or null.</summary>
    public RoutingOptions? Routing { get; init; }

    /// <summary>Who calls and under which labels; never null inside the router.</summary>
    public LlmContext Context { get; init; }

    /// <summary>The number of the group's pool that the request was assigned to, from 1; 0 for none.</summary>
    internal int Pool { get; init; }

    /// <summary>The deployment that the request belongs to; default for none.</summary>
    internal Affinity Affinity { get; init; }

    /// <summary>Whether failed probes count for nothing, because they would leave nobody.</summary>
    internal bool IgnoresProbes { get; init; }

    /// <summary>What a classifier found, or null.</summary>
    public RouteHints? Hints { get; init; }

    /// <summary>The limits and budgets that the call falls under; null for none.</summary>
    internal CallScopes? Scopes { get; init; }

    /// <summary>The wall clock, for prices by hour and date; null for list prices.</summary>
    internal TimeProvider? Clock { get; init; }

    /// <summary>The time of the decision in <see cref="TimeProvider.GetTimestamp"/> ticks, read once per decision.</summary>
    public long Timestamp { get; init; }
}
