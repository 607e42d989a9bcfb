namespace LlmStack;

/// <summary>Something that an operator wants to be told. Carries no content and no secrets.</summary>
public sealed record LlmEvent
{
    /// <summary>What happened.</summary>
    public required LlmEventKind Kind { get; init; }

    /// <summary>When, in UTC; set when the event is raised.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What it happened to: the id of a deployment or budget, a model, the name of a sink. Events of one kind and subject within a short time are one for a webhook.</summary>
    public required string Subject { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The provider's name; null where none is meant.</summary>
    public string? Provider { get; init; }

    /// <summary>The model; null where none is meant.</summary>
    public string? Model { get; init; }

    /// <summary>Whose budget it is, for instance <c>team:search</c>; null for other events.</summary>
    public string? Scope { get; init; }

    /// <summary>US dollars: what was spent of a budget, or what a provider says an attempt cost; null for other events.</summary>
    public decimal? Amount { get; init; }

    /// <summary>US dollars: the limit of a budget, or what we reckon an attempt cost; null for other events.</summary>
    public decimal? Limit { get; init; }

    /// <summary>For how long a deployment cools; null for other events.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The failure behind it; null where there is none.</summary>
    public LlmErrorKind? Error { get; init; }
}
