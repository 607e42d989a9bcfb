namespace LlmStack.Limits.Scopes;

/// <summary>A deployment as scopes see it, with its counters under the plan that asked last.</summary>
internal sealed class ScopeTarget(string provider, string model, string deployment)
{
    private Resolved? _resolved;

    public string Provider { get; } = provider;

    public string Model { get; } = model;

    public string Deployment { get; } = deployment;

    /// <summary><c>provider/model</c>.</summary>
    public string Name { get; } = $"{provider}/{model}";

    /// <summary>The counters of the rules that look at the deployment alone.</summary>
    public ScopeEntry[] EntriesOf(ScopePlan plan)
    {
        Resolved? known = _resolved;
        if (known is null || !ReferenceEquals(known.Plan, plan))
        {
            _resolved = known = new Resolved(plan, plan.Resolve(this));
        }

        return known.Entries;
    }

    private sealed record Resolved(ScopePlan Plan, ScopeEntry[] Entries);
}
