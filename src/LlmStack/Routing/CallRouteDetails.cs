namespace LlmStack.Routing;

/// <summary>The parts of a route that a call served by its first attempt does not need.</summary>
internal sealed class CallRouteDetails
{
    public string? Alias { get; set; }

    public string? Pool { get; set; }

    public List<RouteAttempt>? Attempts { get; set; }

    /// <summary>Made when it is first asked for.</summary>
    public CallCost? Cost { get; set; }

    /// <summary>The only attempt of a call, worked out from the route when somebody asks for it.</summary>
    public List<RouteAttempt>? OnlyAttempt { get; set; }

    public TimeSpan RetryWait { get; set; }

    public TimeSpan Credential { get; set; }

    public TimeSpan QueueWait { get; set; }

    /// <summary>The limit that the call waited for last.</summary>
    public string? LimitedBy { get; set; }

    public TimeSpan Consumer { get; set; }

    public IReadOnlyList<string>? Changes { get; set; }

    /// <summary>Complete counts, when nobody was left.</summary>
    public IReadOnlyList<FilterRemoval>? Removals { get; set; }

    /// <summary>Every candidate with its figures, when nobody was left or all were asked for.</summary>
    public IReadOnlyList<CandidateExplanation>? Candidates { get; set; }

    /// <summary>Who was looked at by the last pick and left out.</summary>
    public IReadOnlyList<CandidateRemoval>? Removed { get; set; }
}
