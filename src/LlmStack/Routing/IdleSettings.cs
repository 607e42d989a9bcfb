using LlmStack.Routing.Strategies;

namespace LlmStack.Routing;

/// <summary>Finds settings that nothing reads where they stand.</summary>
internal static class IdleSettings
{
    public static void Find(ModelGroup group, List<ConfigurationFinding> findings)
    {
        if (group.Strategy is BuiltInStrategy and not (WeightedStrategy or RoundRobinStrategy))
        {
            foreach (Member member in group.Members)
            {
                if (member.Weight is not null)
                {
                    Add(findings, member.Deployment.Id, $"The weight of '{member.Deployment.Id}' in the group '{group.Name}' has no effect: {group.StrategyName} does not look at weights.");
                }
            }
        }
        CallPolicy policy = group.Policy;
        if (!policy.Cooldown.Enabled && policy.Cooldown != CallPolicy.Default.Cooldown with { Enabled = false })
        {
            Add(findings, group.Name, $"The cooldown settings of the group '{group.Name}' have no effect: CooldownEnabled is false.");
        }
        if (policy.AttemptTimeout != Timeout.InfiniteTimeSpan && policy.AttemptTimeout >= policy.RequestTimeout)
        {
            Add(findings, group.Name, $"AttemptTimeout of the group '{group.Name}' has no effect: {policy.AttemptTimeout} is not shorter than its RequestTimeout of {policy.RequestTimeout}.");
        }
        if (policy.MaxAttempts == 1 && policy.MaxRetries != CallPolicy.Default.MaxRetries && policy.MaxRetries > 0)
        {
            Add(findings, group.Name, $"MaxRetries of the group '{group.Name}' has no effect: MaxAttempts is 1.");
        }
        if (policy.MaxAttempts == 1 && group.Fallbacks.Count > 0 && group.Members.Length > 0)
        {
            Add(findings, group.Name, $"The fallbacks of the group '{group.Name}' serve only calls that no deployment could be asked for: MaxAttempts is 1.");
        }
    }

    /// <summary>What concerns a whole call is read from the group; on a deployment or provider nobody asks.</summary>
    public static void Find(Deployment deployment, List<ConfigurationFinding> findings)
    {
        foreach ((CallPolicyOptions? policy, string place) in new[] { (deployment.PolicyOverride, "deployment"), (deployment.ProviderEntry?.PolicyOverride, "provider") })
        {
            foreach (string setting in CallWide(policy))
            {
                Add(findings, deployment.Id, $"{setting} in the policy of the {place} of '{deployment.Id}' has no effect: it is read from the group and the defaults.");
            }
        }
    }

    private static IEnumerable<string> CallWide(CallPolicyOptions? policy)
    {
        if (policy?.MaxAttempts is not null)
        {
            yield return nameof(policy.MaxAttempts);
        }
        if (policy?.RequestTimeout is not null)
        {
            yield return nameof(policy.RequestTimeout);
        }
    }

    private static void Add(List<ConfigurationFinding> findings, string subject, string message) =>
        findings.Add(new ConfigurationFinding(ConfigurationFindingKind.SettingWithoutEffect, subject, message));
}
