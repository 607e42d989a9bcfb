using System.Collections.Immutable;
using LlmStack.Tracing;

namespace LlmStack;

/// <summary>
/// Who calls and under which labels: one immutable ambient value that routing, limits, the ledger and traces all read.
/// </summary>
/// <remarks>
/// It flows with the execution context to every child, even when tracing is off. It is never sent to a provider.
/// Open one with <see cref="Push"/> (or implicitly with <c>ILlmTracer.StartTrace</c>).
/// </remarks>
public sealed record LlmContext
{
    private Routing.PermissionSet? _permissionSet;

    /// <summary>The context without any field.</summary>
    public static LlmContext Empty { get; } = new();

    /// <summary>The context in force here; <see cref="Empty"/> when none was opened.</summary>
    public static LlmContext Current => Tracing.AmbientScope.CurrentContext;

    /// <summary>The end user on whose behalf the call is made.</summary>
    public string? UserId { get; init; }

    /// <summary>The user's team.</summary>
    public string? Team { get; init; }

    /// <summary>The project or tenant.</summary>
    public string? Project { get; init; }

    /// <summary>The id (not the secret) of the caller's own key.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// What the caller may use: names of groups, ids of deployments, names of providers, <c>provider/model</c>, each also with stars; binds
    /// fallbacks as well. Empty means nothing; null means no restriction.
    /// </summary>
    public ImmutableArray<string>? Permissions { get; init; }

    /// <summary>The conversation or session.</summary>
    public string? SessionId { get; init; }

    /// <summary>The feature of the application, for instance <c>search</c>.</summary>
    public string? Feature { get; init; }

    /// <summary>The application's own route, for instance an endpoint.</summary>
    public string? Route { get; init; }

    /// <summary>The experiment the call belongs to.</summary>
    public string? Experiment { get; init; }

    /// <summary>The variant of the prompt.</summary>
    public string? PromptVariant { get; init; }

    /// <summary>Where the answer is shown.</summary>
    public string? Surface { get; init; }

    /// <summary>The kind of query.</summary>
    public string? QueryType { get; init; }

    /// <summary>The ranking pipeline that prepared the prompt.</summary>
    public string? RankingPipeline { get; init; }

    /// <summary>The trace's name; every span of a trace carries it.</summary>
    public string? TraceName { get; init; }

    /// <summary>The version of the application's workflow.</summary>
    public string? Version { get; init; }

    /// <summary>Whether anybody with the trace's address may see it in Langfuse. Default false.</summary>
    public bool Public { get; init; }

    /// <summary>Tags of the trace. They never filter; only <c>RoutingOptions.Tags</c> do.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Free labels of the trace.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The innermost budget opened by <see cref="OpenBudget"/>; null for none.</summary>
    internal LlmBudget? Budget { get; init; }

    /// <summary>Whether calls made here belong to another call (its judges and mirrors): for limits on calls that one counts.</summary>
    internal bool IsPartOfCall { get; init; }

    /// <summary>Encoded once per context by a sink, because every span of a trace repeats it.</summary>
    /// <remarks>A <c>with</c> copy takes the field along, so the cache names the context it was made for.</remarks>
    internal Tracing.ContextCache? Cache { get; set; }

    /// <summary><see cref="Permissions"/>, taken apart once for each list of them; null means no restriction.</summary>
    internal Routing.PermissionSet? PermissionSet => Permissions is { } permissions ? _permissionSet = Routing.PermissionSet.Of(permissions, _permissionSet) : null;

    /// <summary>Contexts are compared by identity: they are ambient values, not keys.</summary>
    /// <param name="other">Another context.</param>
    public bool Equals(LlmContext? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>
    /// Makes <paramref name="context"/> the ambient one until the result is disposed. A budget that <see cref="OpenBudget"/> has opened
    /// around it goes on to hold, whatever the context says.
    /// </summary>
    /// <param name="context">The context; usually <c>LlmContext.Current with { … }</c>.</param>
    public static IDisposable Push(LlmContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        LlmBudget? around = Current.Budget;
        return Tracing.AmbientScope.PushContext(around is null || ReferenceEquals(around, context.Budget) ? context : context with { Budget = around });
    }

    /// <summary>
    /// Opens a budget for everything called from here on, until it is disposed: fallbacks, hedges, mirrors and judges included. Budgets
    /// inside one another all hold, and so do those of the configuration.
    /// </summary>
    /// <param name="amount">US dollars, 0 to 1,000,000,000. With 0 only what is known to cost nothing is called.</param>
    /// <param name="name">A name for error messages, or null.</param>
    /// <param name="unknownPrice">What happens to calls whose price nobody knows. Default <see cref="UnknownPriceBehavior.AssumeMax"/>.</param>
    /// <returns>The budget; dispose it where it was opened.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is negative or too large.</exception>
    /// <example><code>using LlmBudget budget = LlmContext.OpenBudget(1.50m, "research");</code></example>
    public static LlmBudget OpenBudget(decimal amount, string? name = null, UnknownPriceBehavior unknownPrice = UnknownPriceBehavior.AssumeMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, Limits.Budgets.Money.Most);
        return new LlmBudget(amount, name, unknownPrice, Current.Budget).Open();
    }

    /// <summary>This context with the labels of a trace on top: its scalars override, its tags and metadata are added.</summary>
    internal LlmContext Merge(TraceContext labels, string traceName) => this with
    {
        UserId = labels.UserId ?? UserId,
        Team = labels.Team ?? Team,
        Project = labels.Project ?? Project,
        SessionId = labels.SessionId ?? SessionId,
        Feature = labels.Feature ?? Feature,
        Route = labels.Route ?? Route,
        Experiment = labels.Experiment ?? Experiment,
        PromptVariant = labels.PromptVariant ?? PromptVariant,
        Surface = labels.Surface ?? Surface,
        QueryType = labels.QueryType ?? QueryType,
        RankingPipeline = labels.RankingPipeline ?? RankingPipeline,
        Version = labels.Version ?? Version,
        Public = labels.Public ?? Public,
        TraceName = traceName,
        Tags = Union(Tags, labels.Tags),
        Metadata = labels.Metadata is { Count: > 0 } more ? Metadata.SetItems(more) : Metadata,
        Cache = null,
    };

    private static ImmutableArray<string> Union(ImmutableArray<string> tags, IReadOnlyList<string>? more)
    {
        if (more is not { Count: > 0 })
        {
            return tags;
        }

        ImmutableArray<string>.Builder union = ImmutableArray.CreateBuilder<string>(tags.Length + more.Count);
        union.AddRange(tags);
        foreach (string tag in more)
        {
            if (!string.IsNullOrEmpty(tag) && !union.Contains(tag, StringComparer.Ordinal))
            {
                union.Add(tag);
            }
        }

        return union.DrainToImmutable();
    }
}
