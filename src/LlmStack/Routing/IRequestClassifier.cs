using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>Looks at a request before the pick, for instance to judge its complexity. The only asynchronous part of routing.</summary>
[Experimental("LLMSTACK001")]
public interface IRequestClassifier
{
    /// <summary>Returns hints that strategies and filters may read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the classification.</param>
    ValueTask<RouteHints> ClassifyAsync(RouteRequest request, CancellationToken cancellationToken);
}
