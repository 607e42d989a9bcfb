namespace LlmStack.FaultRuns;

/// <summary>What the receiver does with a request.</summary>
internal enum Fault
{
    None,

    /// <summary>Takes it, late.</summary>
    Slow,

    /// <summary>Neither takes nor answers it.</summary>
    Hang,

    /// <summary>Takes it and never answers.</summary>
    TakeAndHang,

    /// <summary>Breaks the connection off.</summary>
    Reset,

    /// <summary>Takes it and breaks the connection off.</summary>
    TakeAndReset,

    /// <summary>429 with a Retry-After of one second.</summary>
    RateLimited,

    /// <summary>500.</summary>
    Failed,

    /// <summary>Takes it and answers 500.</summary>
    TakeAndFail,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>Takes every other item, and says of the rest that they failed for a time (207). OTLP knows no items; there it is none.</summary>
    FailItems,
}
