namespace LlmStack.Langfuse;

/// <summary>Both lanes meet the same refusal; only one of them says it.</summary>
internal sealed class DeliveryNotices
{
    private int _said;

    public bool First(ReplyKind kind)
    {
        int bit = 1 << (int)kind;
        return (Interlocked.Or(ref _said, bit) & bit) == 0;
    }

    public void Clear() => Volatile.Write(ref _said, 0);
}
