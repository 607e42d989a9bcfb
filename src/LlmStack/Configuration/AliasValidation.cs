using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Checks aliases.</summary>
internal sealed class AliasValidation(PatternValidation patterns, OptionsProblems problems)
{
    private const string Root = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.Aliases);

    public void Validate(LlmStackOptions options)
    {
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, AliasOptions? entry) in options.Aliases)
        {
            string path = $"{Root}:{key}";
            AliasOptions alias = entry ?? new AliasOptions();
            string name = SnapshotBuilder.AliasName(key, alias);
            if (options.ModelGroups.ContainsKey(name))
            {
                problems.Add($"{path}:{nameof(alias.Name)}", name, "a name that is not the name of a group");
            }

            if (!seen.Add(name))
            {
                problems.Add($"{path}:{nameof(alias.Name)}", name, "a name that no other alias has");
            }

            string target = alias.Target?.Trim() ?? "";
            bool named = PatternValidation.NamedGroups(options).Contains(target, StringComparer.OrdinalIgnoreCase);
            if (!named && !(ModelName.TryParse(target, out ModelName model) && options.Providers.ContainsKey(model.Provider)))
            {
                problems.Add($"{path}:{nameof(alias.Target)}", alias.Target, "a group or provider/model, " + NearMatches.OneOf(alias.Target, PatternValidation.NamedGroups(options)));
            }

            if (NamePattern.HasStar(name))
            {
                patterns.Alias(path, name, target);
            }
            else if (NamePattern.HasStar(target))
            {
                problems.Add($"{path}:{nameof(alias.Target)}", target, $"no stars, because its {nameof(alias.Name)} has none");
            }
        }
    }
}
