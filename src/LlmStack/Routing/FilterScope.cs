using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>What a filter's verdict depends on.</summary>
[Experimental("LLMSTACK001")]
public enum FilterScope
{
    /// <summary>Only the configuration and the request's shape: verdicts are cached per shape.</summary>
    Static,

    /// <summary>State that changes between calls (health, headroom, budget): asked for every pick.</summary>
    Dynamic,
}
