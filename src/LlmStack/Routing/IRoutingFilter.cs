using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>A rule that only removes candidates. Register one in DI to have every group obey it, fallbacks included.</summary>
[Experimental("LLMSTACK001")]
public interface IRoutingFilter
{
    /// <summary>The name that explanations show.</summary>
    string Name { get; }

    /// <summary>What the verdict depends on.</summary>
    FilterScope Scope { get; }

    /// <summary>Keeps or removes a candidate. Synchronous, thread-safe, without allocation where possible.</summary>
    /// <param name="request">The request.</param>
    /// <param name="member">The candidate.</param>
    FilterVerdict Check(in RouteRequest request, Member member);
}
