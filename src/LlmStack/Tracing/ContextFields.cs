namespace LlmStack.Tracing;

/// <summary>The fields of <see cref="LlmContext"/> by name, for options that name them, and by the keys under which Langfuse's SDKs send them along.</summary>
internal static class ContextFields
{
    public static readonly ContextField[] All =
    [
        new(nameof(LlmContext.UserId), "langfuse_user_id", static c => c.UserId, static (c, v) => c with { UserId = v }),
        new(nameof(LlmContext.SessionId), "langfuse_session_id", static c => c.SessionId, static (c, v) => c with { SessionId = v }),
        new(nameof(LlmContext.TraceName), "langfuse_trace_name", static c => c.TraceName, static (c, v) => c with { TraceName = v }),
        new(nameof(LlmContext.Version), "langfuse_version", static c => c.Version, static (c, v) => c with { Version = v }),
        new(nameof(LlmContext.Team), "langfuse_metadata_team", static c => c.Team, static (c, v) => c with { Team = v }),
        new(nameof(LlmContext.Project), "langfuse_metadata_project", static c => c.Project, static (c, v) => c with { Project = v }),
        new(nameof(LlmContext.Feature), "langfuse_metadata_feature", static c => c.Feature, static (c, v) => c with { Feature = v }),
        new(nameof(LlmContext.Route), "langfuse_metadata_route", static c => c.Route, static (c, v) => c with { Route = v }),
        new(nameof(LlmContext.Experiment), "langfuse_metadata_experiment", static c => c.Experiment, static (c, v) => c with { Experiment = v }),
        new(nameof(LlmContext.PromptVariant), "langfuse_metadata_prompt_variant", static c => c.PromptVariant, static (c, v) => c with { PromptVariant = v }),
        new(nameof(LlmContext.Surface), "langfuse_metadata_surface", static c => c.Surface, static (c, v) => c with { Surface = v }),
        new(nameof(LlmContext.QueryType), "langfuse_metadata_query_type", static c => c.QueryType, static (c, v) => c with { QueryType = v }),
        new(nameof(LlmContext.RankingPipeline), "langfuse_metadata_ranking_pipeline", static c => c.RankingPipeline, static (c, v) => c with { RankingPipeline = v }),
    ];

    /// <summary>The names, for messages about a wrong one.</summary>
    public static string Names => string.Join(", ", Array.ConvertAll(All, static known => known.Name));

    /// <summary>The field of a name, in any case; null when there is none.</summary>
    public static ContextField? Find(string? name) => Array.Find(All, field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The fields of the names, without what nobody knows: validation has said that.</summary>
    public static ContextField[] Of(IEnumerable<string> names) => [.. names.Select(Find).OfType<ContextField>().Distinct()];
}
