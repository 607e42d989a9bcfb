namespace LlmStack.Langfuse;

/// <summary>A request was given up because delivery stops.</summary>
/// <param name="isUncertain">Whether the server may have taken what it carried.</param>
/// <param name="inner">What the client threw.</param>
/// <param name="stop">What was cancelled.</param>
internal sealed class DeliveryCanceledException(bool isUncertain, Exception inner, CancellationToken stop) : OperationCanceledException(inner.Message, inner, stop)
{
    public bool IsUncertain { get; } = isUncertain;
}
