namespace LlmStack.Tracing;

/// <summary>A score of a trace, an observation, a session or a run of a dataset.</summary>
public readonly record struct ScoreData
{
    /// <summary>The score's name; not empty.</summary>
    public required string Name { get; init; }

    /// <summary>Its id; when null one is derived from target and name, so that sending it again replaces it.</summary>
    public string? Id { get; init; }

    /// <summary>The kind of value.</summary>
    public ScoreDataType DataType { get; init; }

    /// <summary>The value of a numeric score; 1 or 0 for a boolean one.</summary>
    public double Value { get; init; }

    /// <summary>The value of a categorical, text or correction score.</summary>
    public string? StringValue { get; init; }

    /// <summary>The trace that is scored; null when a session or a run is.</summary>
    public TraceId? TraceId { get; init; }

    /// <summary>The observation that is scored, within <see cref="TraceId"/>; null for the whole trace.</summary>
    public SpanId? ObservationId { get; init; }

    /// <summary>The session that is scored; only without <see cref="TraceId"/>.</summary>
    public string? SessionId { get; init; }

    /// <summary>The run of a dataset that is scored; only without <see cref="TraceId"/> and <see cref="SessionId"/>.</summary>
    public string? DatasetRunId { get; init; }

    /// <summary>The configuration of scores that the value must fit, by its id on the server, or null. Not with <see cref="ScoreDataType.Correction"/>.</summary>
    public string? ConfigId { get; init; }

    /// <summary>The project or tenant it belongs to; null: that of the ambient <see cref="LlmContext"/>.</summary>
    public string? Project { get; init; }

    /// <summary>A remark, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>When it was given; the sink fills it in when default.</summary>
    public DateTimeOffset Timestamp { get; init; }
}
