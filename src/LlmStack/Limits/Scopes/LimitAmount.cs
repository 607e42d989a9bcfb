namespace LlmStack.Limits.Scopes;

/// <summary>What a limit counts.</summary>
internal enum LimitAmount
{
    Requests,
    Running,
    Input,
    Output,
    Total,
    Cost,
}
