namespace LlmStack;

/// <summary>
/// Which calls a limit or budget is about. Null: whatever it is. A value: calls with this value. <c>*</c>: calls that have one, each value
/// with a counter of its own. Nothing set: all calls together.
/// </summary>
public sealed class ScopeOptions
{
    /// <summary><see cref="LlmContext.Project"/>.</summary>
    public string? Project { get; set; }

    /// <summary><see cref="LlmContext.Team"/>.</summary>
    public string? Team { get; set; }

    /// <summary><see cref="LlmContext.UserId"/>.</summary>
    public string? User { get; set; }

    /// <summary><see cref="LlmContext.Key"/>: the id of the caller's own key.</summary>
    public string? Key { get; set; }

    /// <summary><see cref="LlmContext.SessionId"/>.</summary>
    public string? Session { get; set; }

    /// <summary><see cref="LlmContext.Feature"/>.</summary>
    public string? Feature { get; set; }

    /// <summary>One of <see cref="LlmContext.Tags"/>; with <c>*</c> a call counts for each of its tags.</summary>
    public string? Tag { get; set; }

    /// <summary>The provider's name.</summary>
    public string? Provider { get; set; }

    /// <summary>The model as the provider names it, or <c>provider/model</c>.</summary>
    public string? Model { get; set; }

    /// <summary>The deployment's id.</summary>
    public string? Deployment { get; set; }
}
