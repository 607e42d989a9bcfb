using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>What a classifier found out about a request.</summary>
[Experimental("LLMSTACK001")]
public sealed record RouteHints
{
    /// <summary>No hints.</summary>
    public static RouteHints None { get; } = new();

    /// <summary>A tier such as <c>Simple</c> or <c>Complex</c>; null when not classified.</summary>
    public string? Tier { get; init; }

    /// <summary>The deployments or tags the classifier prefers; null for no preference.</summary>
    public IReadOnlyList<string>? Prefer { get; init; }
}
