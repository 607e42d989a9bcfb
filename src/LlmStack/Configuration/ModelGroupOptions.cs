using LlmStack.Routing;

namespace LlmStack;

/// <summary>The name an application asks for, and who may serve it.</summary>
public sealed class ModelGroupOptions
{
    /// <summary>Deployments by any id without <c>:</c>, ordered by <see cref="DeploymentOptions.Order"/>, then by id.</summary>
    public Dictionary<string, DeploymentOptions> Deployments { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Names with stars that this group serves, for instance <c>engine/*</c>; up to 8 stars. The models of its deployments may have stars,
    /// which receive the captured text. Null: only its own name.
    /// </summary>
    public string? Pattern { get; set; }

    /// <summary>What ranks the deployments: the name of a <c>RoutingStrategy</c>, or the key of a registered <c>IRoutingStrategy</c>. Default <c>Weighted</c>.</summary>
    public string Strategy { get; set; } = "Weighted";

    /// <summary>Settings of the strategy.</summary>
    public StrategyOptions StrategyOptions { get; set; } = new();

    /// <summary>What keeps calls on one deployment. Default <see cref="Stickiness.None"/>.</summary>
    public Stickiness Stickiness { get; set; }

    /// <summary>How long without a call a session or cached prompt is remembered; more than zero. Default 10 minutes.</summary>
    public TimeSpan? StickyFor { get; set; }

    /// <summary>Rules by any id, ordered by <see cref="RuleOptions.Order"/>, then by id: the first whose condition holds chooses a group or deployments.</summary>
    public Dictionary<string, RuleOptions> Rules { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Groups to fall back to, by any id, ordered by <see cref="FallbackOptions.Order"/>, then by id.</summary>
    public Dictionary<string, FallbackOptions> Fallbacks { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an embedding group may mix models; their vectors are not comparable. Default false.</summary>
    public bool AllowDifferentModel { get; set; }

    /// <summary>Settings of calls to this group.</summary>
    public CallPolicyOptions? Policy { get; set; }

    /// <summary>A second attempt beside slow ones. Null: none.</summary>
    public HedgingOptions? Hedging { get; set; }

    /// <summary>So many deployments are asked at once, and the first answer wins; 2 to 10. Every one is paid for. Null: one.</summary>
    public int? Race { get; set; }

    /// <summary>Copies of calls for another group. Null: none.</summary>
    public MirrorOptions? Mirror { get; set; }

    /// <summary>Whether identical calls of one caller that run at the same time share one answer, streams too; not calls with tools, media or fields of your own. Default false.</summary>
    public bool SingleFlight { get; set; }

    /// <summary>Cheap first, a better group where the answer is not good enough. Null: none.</summary>
    public CascadeOptions? Cascade { get; set; }

    /// <summary>The same settings with deployments, rules and fallbacks that can come and go apart from these.</summary>
    internal ModelGroupOptions Copy()
    {
        var copy = (ModelGroupOptions)MemberwiseClone();
        copy.Deployments = new(Deployments, Deployments.Comparer);
        copy.Rules = new(Rules, Rules.Comparer);
        copy.Fallbacks = new(Fallbacks, Fallbacks.Comparer);
        return copy;
    }
}
