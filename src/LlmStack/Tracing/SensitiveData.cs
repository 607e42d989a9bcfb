namespace LlmStack.Tracing;

/// <summary>What the built-in detectors find.</summary>
[Flags]
public enum SensitiveData
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Keys and tokens by their known shapes (<c>sk-…</c>, <c>AKIA…</c>, <c>ghp_…</c>, <c>AIza…</c>, bearer tokens, JSON web tokens, private keys).</summary>
    ApiKeys = 1,

    /// <summary>E-mail addresses.</summary>
    Email = 2,

    /// <summary>Phone numbers: international ones, those with a leading 0, and those of North America.</summary>
    Phone = 4,

    /// <summary>Numbers of payment cards: 13 to 19 digits of a known network with a valid check digit.</summary>
    PaymentCard = 8,

    /// <summary>International bank account numbers with a valid checksum.</summary>
    Iban = 16,

    /// <summary>Everything above.</summary>
    All = ApiKeys | Email | Phone | PaymentCard | Iban,
}
