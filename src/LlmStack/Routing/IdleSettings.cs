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

    /// <summary>What concerns a whole call is read from the group; on a deployment nobody asks.</summary>
    public static void Find(Deployment deployment, List<ConfigurationFinding> findings)
    {
        foreach (string setting in CallWideSettings.Of(deployment.PolicyOverride))
        {
            Add(findings, deployment.Id, $"{setting} in the policy of the deployment '{deployment.Id}' has no effect: it is read from the group and the defaults.");
        }
        if (deployment is { PolicyOverride.ConnectTimeout: not null, ProviderEntry.RunsUserCode: true })
        {
            Add(findings, deployment.Id, $"ConnectTimeout in the policy of the deployment '{deployment.Id}' has no effect: its provider runs in code, which connects by itself.");
        }
    }

    /// <summary>Groups read what concerns a whole call from their own policy; a provider's counts where a call names provider and model.</summary>
    public static void Find(ProviderEntry provider, List<ConfigurationFinding> findings)
    {
        foreach (string setting in CallWideSettings.Of(provider.PolicyOverride))
        {
            Add(findings, provider.Name, $"{setting} in the policy of the provider '{provider.Name}' counts for calls of '{provider.Name}/…' alone: groups read it from their own policy and the defaults.");
        }
        if (provider is { PolicyOverride.ConnectTimeout: not null, RunsUserCode: true })
        {
            Add(findings, provider.Name, $"ConnectTimeout in the policy of the provider '{provider.Name}' has no effect: it runs in code, which connects by itself.");
        }
    }

    private static void Add(List<ConfigurationFinding> findings, string subject, string message) =>
        findings.Add(new ConfigurationFinding(ConfigurationFindingKind.SettingWithoutEffect, subject, message));
}
