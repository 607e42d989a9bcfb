namespace LlmStack.Routing.Rules;

/// <summary>Compares a number; a missing one is unequal to everything and in no relation.</summary>
internal sealed class NumberTest(NumberField field, string operation, double value) : RuleExpression
{
    public override bool Matches(in RouteRequest request)
    {
        double? own = field(request);
        return operation switch
        {
            "==" => own == value,
            "!=" => own != value,
            "<" => own < value,
            "<=" => own <= value,
            ">" => own > value,
            _ => own >= value,
        };
    }
}
