namespace LlmStack.Tracing;

/// <summary>Labels of a new trace. What is null is inherited from the ambient <see cref="LlmContext"/>; tags and metadata are added to it.</summary>
public sealed record TraceContext
{
    /// <summary>The end user.</summary>
    public string? UserId { get; init; }

    /// <summary>The user's team.</summary>
    public string? Team { get; init; }

    /// <summary>The project or tenant.</summary>
    public string? Project { get; init; }

    /// <summary>The conversation or session.</summary>
    public string? SessionId { get; init; }

    /// <summary>The feature of the application.</summary>
    public string? Feature { get; init; }

    /// <summary>The application's own route.</summary>
    public string? Route { get; init; }

    /// <summary>The experiment.</summary>
    public string? Experiment { get; init; }

    /// <summary>The variant of the prompt.</summary>
    public string? PromptVariant { get; init; }

    /// <summary>Where the answer is shown.</summary>
    public string? Surface { get; init; }

    /// <summary>The kind of query.</summary>
    public string? QueryType { get; init; }

    /// <summary>The ranking pipeline.</summary>
    public string? RankingPipeline { get; init; }

    /// <summary>The version of the workflow.</summary>
    public string? Version { get; init; }

    /// <summary>Whether anybody with the trace's address may see it in Langfuse.</summary>
    public bool? Public { get; init; }

    /// <summary>Tags, added to the ambient ones.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Labels, added to the ambient ones; the same key replaces.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
