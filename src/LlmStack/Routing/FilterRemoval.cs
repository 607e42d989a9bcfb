namespace LlmStack.Routing;

/// <summary>How many candidates a filter removed.</summary>
/// <param name="Filter">The filter's name.</param>
/// <param name="Count">How many.</param>
/// <param name="Reason">The reason it gave first.</param>
public sealed record FilterRemoval(string Filter, int Count, string Reason);
