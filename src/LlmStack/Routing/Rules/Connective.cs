namespace LlmStack.Routing.Rules;

/// <summary>All of the parts, or any of them.</summary>
internal sealed class Connective(bool all, RuleExpression[] parts) : RuleExpression
{
    public override bool Matches(in RouteRequest request)
    {
        foreach (RuleExpression part in parts)
        {
            if (part.Matches(request) != all)
            {
                return !all;
            }
        }
        return all;
    }
}
