namespace LlmStack.Routing.Rules;

internal sealed class Negation(RuleExpression part) : RuleExpression
{
    public override bool Matches(in RouteRequest request) => !part.Matches(request);
}
