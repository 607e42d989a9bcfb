using System.Globalization;

namespace LlmStack.Routing;

/// <summary>Looks for what a snapshot can never do, or does otherwise than it seems. Runs at start and when asked.</summary>
internal static class ConfigurationCheck
{
    /// <summary>A retirement that is nearer than this is worth a word at every start.</summary>
    private const int NoticeDays = 60;

    /// <summary>Every finding, ordered by kind and subject.</summary>
    public static IReadOnlyList<ConfigurationFinding> Of(RoutingSnapshot snapshot, DateOnly today)
    {
        var findings = new List<ConfigurationFinding>();
        FallbackCycles.Find(snapshot, findings);
        foreach (string alias in snapshot.Aliases.Keys)
        {
            if (snapshot.Groups.ContainsKey(alias))
            {
                findings.Add(new ConfigurationFinding(ConfigurationFindingKind.UnreachableGroup, alias, $"The alias '{alias}' is never used: a group has the same name, and groups come first."));
            }
        }
        HiddenNames.Find(snapshot, findings);
        foreach (ModelGroup group in snapshot.Groups.Values)
        {
            Check(snapshot, group, findings);
            IdleSettings.Find(group, findings);
        }
        foreach (ProviderEntry provider in snapshot.Providers.Values)
        {
            IdleSettings.Find(provider, findings);
        }
        foreach (Deployment deployment in snapshot.Deployments.Values)
        {
            if (deployment is { Price: null, IsTemplate: false })
            {
                findings.Add(new ConfigurationFinding(ConfigurationFindingKind.MissingPrice, deployment.Id, $"The price of '{deployment.Id}' is unknown: its cost is not counted, and LowestCost ranks it last."));
            }
            Retirement(deployment, today, findings);
            IdleSettings.Find(deployment, findings);
        }
        findings.Sort(static (a, b) => a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : a.Subject != b.Subject ? string.CompareOrdinal(a.Subject, b.Subject) : string.CompareOrdinal(a.Message, b.Message));
        return findings;
    }

    private static void Check(RoutingSnapshot snapshot, ModelGroup group, List<ConfigurationFinding> findings)
    {
        bool anyDefault = Array.Exists(group.Members, static member => HasDefaultTag(member.Deployment));
        int reachable = 0;
        foreach (Member member in group.Members)
        {
            if (WhyUnreachable(snapshot, member, group, anyDefault) is { } why)
            {
                findings.Add(new ConfigurationFinding(ConfigurationFindingKind.UnreachableDeployment, member.Deployment.Id, $"No request of the group '{group.Name}' can reach '{member.Deployment.Id}': {why}."));
            }
            else
            {
                reachable++;
            }
        }
        if (reachable == 0 && group.Rules is not { LeadsAway: true })
        {
            findings.Add(new ConfigurationFinding(ConfigurationFindingKind.UnreachableGroup, group.Name, group.Members.Length == 0
                ? $"The group '{group.Name}' has no deployments."
                : $"No request can be served by the group '{group.Name}': none of its deployments can be reached."));
        }
        group.Rules?.FindIdle(findings);

        // A group of DefaultFallbacks is in its own list without anybody having written it there.
        foreach (FallbackRule rule in UsesDefaults(snapshot, group) ? [] : group.Fallbacks)
        {
            if (string.Equals(rule.Group, group.Name, StringComparison.OrdinalIgnoreCase))
            {
                findings.Add(new ConfigurationFinding(ConfigurationFindingKind.SettingWithoutEffect, group.Name, $"The group '{group.Name}' falls back to itself, which no call does."));
            }
        }
    }

    /// <summary>Whether a group has no fallbacks of its own.</summary>
    public static bool UsesDefaults(RoutingSnapshot snapshot, ModelGroup group) => ReferenceEquals(group.Fallbacks, snapshot.DefaultFallbacks);

    private static string? WhyUnreachable(RoutingSnapshot snapshot, Member member, ModelGroup group, bool anyDefault)
    {
        Deployment deployment = member.Deployment;
        if (group.Rules is { LeadsAway: true } && !snapshot.Groups.Values.Any(other => other.Rules is not { LeadsAway: true } && Array.Exists(other.Members, another => another.Deployment == deployment)))
        {
            return "each of its rules chooses another group";
        }
        if (deployment.Environments.Count > 0 && !deployment.Environments.Contains(snapshot.Environment, StringComparer.OrdinalIgnoreCase))
        {
            return $"it serves {string.Join(", ", deployment.Environments)}, and the environment is {snapshot.Environment ?? "not set"}";
        }
        return anyDefault && deployment.Tags.Count == 0
            ? "others are tagged 'default' and it has no tag at all, so neither a call with tags nor one without prefers it"
            : null;
    }

    private static bool HasDefaultTag(Deployment deployment) => deployment.Tags.Contains("default", StringComparer.OrdinalIgnoreCase);

    private static void Retirement(Deployment deployment, DateOnly today, List<ConfigurationFinding> findings)
    {
        if (deployment.Info is not { } info)
        {
            return;
        }
        string? message = info.Retires is { } day && day <= today ? string.Create(CultureInfo.InvariantCulture, $"The model of '{deployment.Id}' was retired on {day:yyyy-MM-dd}: calls to it fail.")
            : info.Retires is { } soon && soon.DayNumber - today.DayNumber <= NoticeDays ? string.Create(CultureInfo.InvariantCulture, $"The model of '{deployment.Id}' will be retired on {soon:yyyy-MM-dd}.")
            : info.Deprecated ? $"The vendor advises against the model of '{deployment.Id}'."
            : null;
        if (message is not null)
        {
            findings.Add(new ConfigurationFinding(ConfigurationFindingKind.RetiredModel, deployment.Id, message));
        }
    }
}
