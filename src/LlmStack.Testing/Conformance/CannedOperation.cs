namespace LlmStack.Testing;

/// <summary>An answer beside chat that a provider under test is made to send. A fixture writes it in its wire format.</summary>
public abstract record CannedOperation
{
    /// <summary>Only the kinds of answers in this library derive from this.</summary>
    private protected CannedOperation()
    {
    }

    /// <summary>Input tokens. A provider whose format does not tell them reports none.</summary>
    public int InputTokens { get; init; } = 11;

    /// <summary>Output tokens; formats of operations without output do not tell them.</summary>
    public int OutputTokens { get; init; } = 7;

    /// <summary>The operation that is answered.</summary>
    public abstract ConformanceOperations Operation { get; }
}
