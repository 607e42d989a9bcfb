namespace LlmStack.Routing.Rules;

/// <summary>Whether the request has a feature.</summary>
internal sealed class FlagTest(RequestFeatures feature) : RuleExpression
{
    public override bool Matches(in RouteRequest request) => (request.Features & feature) != 0;
}
