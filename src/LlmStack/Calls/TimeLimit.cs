namespace LlmStack.Calls;

/// <summary>The time limits that can end an attempt.</summary>
internal enum TimeLimit
{
    None = 0,
    Connect,
    FirstToken,
    Idle,
    Attempt,
    Request,
}
