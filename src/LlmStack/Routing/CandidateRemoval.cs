namespace LlmStack.Routing;

/// <summary>A candidate that a pick looked at and left out.</summary>
internal readonly record struct CandidateRemoval(Member Member, string Filter, string Reason);
