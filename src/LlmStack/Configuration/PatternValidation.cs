using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Checks names and models with stars.</summary>
internal sealed class PatternValidation(LlmStackOptions options, OptionsProblems problems)
{
    private readonly Dictionary<string, string> _seen = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a group takes models from the names asked for, so that it cannot be asked for by its own.</summary>
    public static bool IsTemplate(ModelGroupOptions? group) => group?.Deployments.Values.Any(static deployment => NamePattern.HasStar(deployment?.Model)) == true;

    /// <summary>The groups that can be asked for by name.</summary>
    public static IEnumerable<string> NamedGroups(LlmStackOptions options) => options.ModelGroups.Where(static pair => !IsTemplate(pair.Value)).Select(static pair => pair.Key);

    public void Group(string path, ModelGroupOptions group)
    {
        if (group.Pattern is { } pattern)
        {
            Pattern($"{path}:{nameof(group.Pattern)}", pattern.Trim());
        }

        int captures = new NamePattern(group.Pattern?.Trim() ?? "").Stars;
        foreach ((string key, DeploymentOptions? deployment) in group.Deployments)
        {
            if (NamePattern.HasStar(deployment?.Model))
            {
                Target($"{path}:{nameof(group.Deployments)}:{key}:{nameof(DeploymentOptions.Model)}", deployment!.Model!, captures, "the group's " + nameof(group.Pattern));
                if (deployment.Id is not null)
                {
                    problems.Say($"{path}:{nameof(group.Deployments)}:{key}:{nameof(DeploymentOptions.Id)}", "is set, though the model has stars; allowed: none, each model that a star stands for is a deployment of its own");
                }
            }
        }
    }

    /// <summary>An alias whose name has stars.</summary>
    public void Alias(string path, string name, string target)
    {
        Pattern($"{path}:{nameof(AliasOptions.Name)}", name);
        Target($"{path}:{nameof(AliasOptions.Target)}", target, new NamePattern(name).Stars, "its " + nameof(AliasOptions.Name));
    }

    private void Pattern(string path, string pattern)
    {
        int stars = new NamePattern(pattern).Stars;
        if (stars is 0 or > NamePattern.MaxStars || pattern.Contains("**", StringComparison.Ordinal))
        {
            problems.Add(path, pattern, $"a name with 1 to {NamePattern.MaxStars} stars, no two of them side by side, for instance engine/*");
        }

        if (!_seen.TryAdd(pattern, path))
        {
            problems.Say(path, $"is the same pattern as {_seen[pattern]}; allowed: each pattern once");
        }
    }

    private void Target(string path, string target, int captures, string owner)
    {
        int stars = new NamePattern(target).Stars;
        if (stars > captures)
        {
            problems.Add(path, target, $"at most as many stars as {owner} has, {captures}");
        }

        if (stars > 0 && target.IndexOf('*', StringComparison.Ordinal) < target.IndexOf('/', StringComparison.Ordinal) + 1)
        {
            problems.Add(path, target, "stars only after the provider, for instance " + (options.Providers.Keys.FirstOrDefault() ?? "openai") + "/*");
        }
    }
}
