namespace LlmStack.Limits.Ledger;

/// <summary>What a call tells the ledger of an attempt.</summary>
internal enum LedgerRecordKind
{
    /// <summary>It was sent; only told to stores that keep a journal.</summary>
    Opened,

    /// <summary>It ended, and is or may have been billed.</summary>
    Billed,

    /// <summary>It ended and was certainly not billed; only told to stores that keep a journal.</summary>
    Released,
}
