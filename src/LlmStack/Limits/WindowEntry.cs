namespace LlmStack.Limits;

/// <summary>What was reserved in one stretch of time.</summary>
internal struct WindowEntry
{
    /// <summary>When it leaves the window, in <see cref="TimeProvider"/> ticks.</summary>
    public long Expires;

    public long Tokens;

    public int Requests;
}
