using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>What an adapter learned beside the answer.</summary>
[Experimental("LLMSTACK001")]
public sealed class AttemptReport
{
    /// <summary>The provider's id of the request, or null.</summary>
    public string? RequestId { get; set; }

    /// <summary>The HTTP status, or null.</summary>
    public int? StatusCode { get; set; }

    /// <summary>The provider's own word for why generation ended, unmapped; null when it said none.</summary>
    public string? RawFinishReason { get; set; }

    /// <summary>The service tier that really served, or null.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>What the provider itself says the attempt cost, in US dollars; null when it says nothing. It is preferred to our own reckoning.</summary>
    public decimal? ReportedCost { get; set; }

    /// <summary>Whether the request had been sent when the attempt failed; such an attempt may have been billed.</summary>
    public bool RequestSent { get; set; }

    /// <summary>The provider's own count of what is left in the current window.</summary>
    public RateLimitHeadroom Headroom { get; set; }

    /// <summary>
    /// Whether an answer that is streamed has begun what nobody else can go on from: a tool call, a refusal, a second choice. A stream that is
    /// lost then is not continued elsewhere. An adapter that puts such parts together sets this with their first fragment; whole contents
    /// are recognised without it. Default: false.
    /// </summary>
    public bool HasBegunMoreThanText { get; set; }

    /// <summary>Fields that were dropped or rewritten, each as <c>field: what was done</c>; null when none.</summary>
    public IReadOnlyList<string>? Changes => _changes;

    private List<string>? _changes;

    /// <summary>Adds to <see cref="Changes"/>; the same change is listed once.</summary>
    /// <param name="change">For instance <c>top_k: dropped, the format has no such field</c>.</param>
    public void AddChange(string change)
    {
        if (_changes is null || !_changes.Contains(change))
        {
            (_changes ??= []).Add(change);
        }
    }

    /// <summary>The user's own patterns of errors, which come before the built-in rules; null when there are none.</summary>
    internal UserErrorPatterns? ErrorPatterns { get; set; }

    internal void Reset()
    {
        ErrorPatterns = null;
        RequestId = null;
        StatusCode = null;
        RawFinishReason = null;
        ServiceTier = null;
        ReportedCost = null;
        RequestSent = false;
        Headroom = default;
        HasBegunMoreThanText = false;
        _changes = null;
    }
}
