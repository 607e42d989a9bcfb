using LlmStack.Routing.Rules;

namespace LlmStack.Configuration;

/// <summary>Checks the rules of groups, and that they do not lead in a circle.</summary>
internal static class RuleValidation
{
    public static void Validate(string path, string name, ModelGroupOptions group, LlmStackOptions options, OptionsProblems problems)
    {
        foreach ((string id, RuleOptions? rule) in group.Rules)
        {
            string at = $"{path}:{nameof(group.Rules)}:{id}";
            if (rule is null)
            {
                problems.Say(at, $"is empty; allowed: a rule with {nameof(rule.When)}, {nameof(rule.Group)} or {nameof(rule.Use)}");
                continue;
            }

            Condition($"{at}:{nameof(rule.When)}", rule.When, problems);
            List<string> others = [.. PatternValidation.NamedGroups(options).Where(other => !string.Equals(other, name, StringComparison.OrdinalIgnoreCase))];
            if (rule.Group is { } target && !others.Contains(target.Trim(), StringComparer.OrdinalIgnoreCase))
            {
                problems.Add($"{at}:{nameof(rule.Group)}", target, "another group, " + NearMatches.OneOf(target, others));
            }

            if (rule.Group is not null && rule.Use.Count > 0)
            {
                problems.Say($"{at}:{nameof(rule.Use)}", $"is set, and so is {nameof(rule.Group)}; allowed: one of them");
            }

            PoolUse($"{at}:{nameof(rule.Use)}", group, rule.Use, problems);
        }

        if (Circle(name, name, options, []) is { } circle)
        {
            problems.Say($"{path}:{nameof(group.Rules)}", $"lead in a circle: {circle}; allowed: rules that end at a group");
        }
    }

    /// <summary>Names of deployments, providers or tags that no member has are mistakes.</summary>
    public static void PoolUse(string path, ModelGroupOptions group, List<string> use, OptionsProblems problems)
    {
        List<string> known = [];
        foreach ((string key, DeploymentOptions? deployment) in group.Deployments)
        {
            if (deployment is not null && ModelName.TryParse(deployment.Model, out ModelName model))
            {
                known.AddRange([key, ModelName.IdOf(deployment, model), model.Provider, .. deployment.Tags]);
            }
        }

        for (int i = 0; i < use.Count; i++)
        {
            if (!known.Contains(use[i], StringComparer.OrdinalIgnoreCase))
            {
                problems.Add($"{path}:{i}", use[i], "a deployment, provider or tag of the group, " + NearMatches.OneOf(use[i], known.Distinct(StringComparer.OrdinalIgnoreCase)));
            }
        }
    }

    private static void Condition(string path, string? when, OptionsProblems problems)
    {
        try
        {
            if (!string.IsNullOrWhiteSpace(when))
            {
                RuleParser.Parse(when);
            }
        }
        catch (FormatException exception)
        {
            problems.Say(path, $"is '{when}' and {exception.Message}");
        }
    }

    private static string? Circle(string start, string at, LlmStackOptions options, HashSet<string> seen)
    {
        if (!options.ModelGroups.TryGetValue(at, out ModelGroupOptions? group) || group is null || !seen.Add(at))
        {
            return null;
        }

        foreach (RuleOptions? rule in group.Rules.Values)
        {
            if (rule?.Group?.Trim() is not { } target)
            {
                continue;
            }

            if (string.Equals(target, start, StringComparison.OrdinalIgnoreCase))
            {
                return $"{at} → {start}";
            }

            if (Circle(start, target, options, seen) is { } further)
            {
                return $"{at} → {further}";
            }
        }

        return null;
    }
}
