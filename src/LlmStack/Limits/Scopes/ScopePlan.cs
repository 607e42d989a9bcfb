namespace LlmStack.Limits.Scopes;

/// <summary>The limits and budgets of a configuration, sorted by what they look at. Immutable.</summary>
internal sealed class ScopePlan
{
    private readonly ScopeRule[] _ofDeployments;

    public ScopePlan(IEnumerable<ScopeRule> rules)
    {
        Rules = [.. rules];
        OfCallers = Array.FindAll(Rules, static rule => !rule.Pattern.LooksAtDeployment);
        OfBoth = Array.FindAll(Rules, static rule => rule.Pattern is { LooksAtDeployment: true, LooksAtCaller: true });
        _ofDeployments = Array.FindAll(Rules, static rule => rule.Pattern is { LooksAtDeployment: true, LooksAtCaller: false });
        CountsCostOfDeployments = Array.Exists(Rules, static rule => rule.Pattern.LooksAtDeployment && rule.CountsCost);
    }

    /// <summary>For calls that fall under budgets of their own alone.</summary>
    public static ScopePlan Empty { get; } = new([]);

    public ScopeRule[] Rules { get; }

    /// <summary>Rules that every deployment falls under alike.</summary>
    public ScopeRule[] OfCallers { get; }

    /// <summary>Rules that look at the caller and the deployment.</summary>
    public ScopeRule[] OfBoth { get; }

    /// <summary>Whether any rule looks at deployments.</summary>
    public bool LooksAtDeployments => OfBoth.Length + _ofDeployments.Length > 0;

    /// <summary>Whether a rule that looks at deployments counts cost.</summary>
    public bool CountsCostOfDeployments { get; }

    /// <summary>Whether a budget follows the calendar, so that the wall clock is read.</summary>
    public bool UsesCalendar { get; init; }

    /// <summary>The counters of the rules that look at a deployment alone.</summary>
    public ScopeEntry[] Resolve(ScopeTarget target)
    {
        var list = new ScopeList();
        foreach (ScopeRule rule in _ofDeployments)
        {
            rule.Collect(LlmContext.Empty, target, list);
        }

        return list.Entries.ToArray();
    }
}
