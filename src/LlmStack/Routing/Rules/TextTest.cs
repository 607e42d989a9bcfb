using System.Text.RegularExpressions;

namespace LlmStack.Routing.Rules;

/// <summary>Whether any of a field's texts is one of some values, without regard to case, or matches a pattern.</summary>
internal sealed class TextTest(TextField field, string[] values, Regex? pattern) : RuleExpression
{
    public override bool Matches(in RouteRequest request)
    {
        for (int i = 0; field(request, i) is { } text; i++)
        {
            if (pattern is not null ? pattern.IsMatch(text) : NameList.Contains(values, text))
            {
                return true;
            }
        }
        return false;
    }
}
