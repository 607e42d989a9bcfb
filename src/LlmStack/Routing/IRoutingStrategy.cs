using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>Ranks the survivors of the filters. Register one as a keyed service under its name to use it in a group.</summary>
[Experimental("LLMSTACK001")]
public interface IRoutingStrategy
{
    /// <summary>Picks one of <paramref name="candidates"/>. Synchronous, thread-safe, without allocation.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">One or more candidates, in a stable order.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <returns>An index into <paramref name="candidates"/>.</returns>
    int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random);
}
