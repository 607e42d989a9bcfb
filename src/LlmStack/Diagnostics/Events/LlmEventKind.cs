namespace LlmStack;

/// <summary>What an operator wants to be told.</summary>
public enum LlmEventKind
{
    /// <summary>None.</summary>
    Unknown = 0,

    /// <summary>A budget's soft limit was reached; calls go on.</summary>
    SoftBudgetReached,

    /// <summary>A budget's hard limit refused a call.</summary>
    HardBudgetRefused,

    /// <summary>A deployment was taken out of every pick for a while.</summary>
    BreakerOpened,

    /// <summary>A deployment serves again.</summary>
    BreakerClosed,

    /// <summary>The cost as the provider reports it is more than 1 % off our own reckoning: a price has probably changed.</summary>
    PriceDrift,

    /// <summary>A sink, or the ledger's store, does not take what it is given, or what is shared between machines is out of reach.</summary>
    SinkTrouble,

    /// <summary>A sink, the ledger's store, or what is shared between machines works again.</summary>
    SinkRecovered,

    /// <summary>No price is known for a model that was used: what it costs is not recorded.</summary>
    UnknownModel,
}
