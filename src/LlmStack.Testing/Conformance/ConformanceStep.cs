namespace LlmStack.Testing;

/// <summary>What a provider's other side does on one call.</summary>
public sealed record ConformanceStep
{
    /// <summary>The answer to give.</summary>
    public CannedAnswer Answer { get; init; } = new() { Pieces = ["ok"] };

    /// <summary>The answer to give where the call is not of chat; null for chat.</summary>
    public CannedOperation? Operation { get; init; }

    /// <summary>Stay silent after this many pieces until the caller is gone; 0: before anything. Null: give the whole answer.</summary>
    public int? HoldAfter { get; init; }

    /// <summary>End after this many pieces as if that were all. Null: give the whole answer.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Answer with this HTTP status and an error. Null: succeed.</summary>
    public int? Status { get; init; }

    /// <summary>The error's message.</summary>
    public string ErrorMessage { get; init; } = "it went wrong";

    /// <summary>Further headers of the answer, each as <c>Name: value</c>.</summary>
    internal IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Send this instead of an answer.</summary>
    internal string? RawBody { get; init; }

    /// <summary>The type of <see cref="RawBody"/>.</summary>
    internal string RawContentType { get; init; } = "application/json";

    /// <summary>Send the error inside a successful answer.</summary>
    internal bool ErrorInside { get; init; }

    /// <summary>Send every byte on its own.</summary>
    internal bool Bytewise { get; init; }

    /// <summary>End the connection without ending the HTTP message.</summary>
    internal bool BreaksOff { get; init; }
}
