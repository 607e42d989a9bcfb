namespace LlmStack.Tracing;

/// <summary>What became of a file of spans and scores that was sent again.</summary>
/// <param name="Spans">Spans handed to the sink so far.</param>
/// <param name="Scores">Scores handed to the sink so far.</param>
/// <param name="Skipped">Lines that are no span and no score: torn, damaged, longer than 64 MiB, or of another kind.</param>
public sealed record ReplayResult(long Spans, long Scores, long Skipped)
{
    /// <summary>Why lines were skipped, each as <c>line 7: …</c>; the first 10.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What the sink said of delivery last.</summary>
    public FlushResult Flush { get; init; } = new(0, 0, 0, null);

    /// <summary>Whether the end of the file was reached; otherwise the sink did not deliver in time, and <see cref="Flush"/> says why.</summary>
    public bool ReachedEnd { get; init; }

    /// <summary>Whether every line of the file was a span or score and nothing of it is pending.</summary>
    public bool IsComplete => ReachedEnd && Skipped == 0 && Flush.Pending == 0;
}
