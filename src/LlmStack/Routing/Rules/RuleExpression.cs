namespace LlmStack.Routing.Rules;

/// <summary>A condition over a request, parsed once.</summary>
internal abstract class RuleExpression
{
    /// <summary>Whether it holds. Thread-safe, without side effects.</summary>
    public abstract bool Matches(in RouteRequest request);
}
