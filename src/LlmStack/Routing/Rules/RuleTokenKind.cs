namespace LlmStack.Routing.Rules;

internal enum RuleTokenKind
{
    End,
    Word,
    Text,
    Number,
    Symbol,
}
