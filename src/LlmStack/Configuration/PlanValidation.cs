namespace LlmStack.Configuration;

/// <summary>Checks what groups do beside asking one deployment after the other.</summary>
internal static class PlanValidation
{
    public static void Validate(string path, string name, ModelGroupOptions group, LlmStackOptions options, OptionsProblems problems)
    {
        problems.Between($"{path}:{nameof(group.Race)}", group.Race, 2, 10);
        if (group.Hedging is { } hedging)
        {
            string at = $"{path}:{nameof(group.Hedging)}";
            problems.Positive($"{at}:{nameof(hedging.Delay)}", hedging.Delay);
            problems.Share($"{at}:{nameof(hedging.MaxShare)}", hedging.MaxShare);
            if (group.Race is not null)
            {
                problems.Say(at, $"is set beside {nameof(group.Race)}; allowed: one of them, because a race has no slow attempt to hedge");
            }
        }

        if (group.Mirror is { } mirror)
        {
            string at = $"{path}:{nameof(group.Mirror)}";
            OtherGroup($"{at}:{nameof(mirror.Group)}", mirror.Group, name, options, problems);
            problems.Share($"{at}:{nameof(mirror.SampleRate)}", mirror.SampleRate);
            problems.Between($"{at}:{nameof(mirror.MaxConcurrency)}", mirror.MaxConcurrency, 1, 1000);
            problems.AtLeast($"{at}:{nameof(mirror.RequestsPerMinute)}", mirror.RequestsPerMinute, 1);
        }

        if (group.Cascade is { } cascade)
        {
            string at = $"{path}:{nameof(group.Cascade)}";
            OtherGroup($"{at}:{nameof(cascade.EscalateTo)}", cascade.EscalateTo, name, options, problems);
            if (string.IsNullOrWhiteSpace(cascade.Validator) == string.IsNullOrWhiteSpace(cascade.Judge))
            {
                problems.Say(at, $"has {(cascade.Judge is null ? "neither" : "both")} {nameof(cascade.Validator)} and {nameof(cascade.Judge)}; allowed: exactly one of them");
            }

            if (cascade.Judge is not null)
            {
                OtherGroup($"{at}:{nameof(cascade.Judge)}", cascade.Judge, name, options, problems);
            }
        }
    }

    private static void OtherGroup(string path, string? group, string name, LlmStackOptions options, OptionsProblems problems)
    {
        IEnumerable<string> others = options.ModelGroups.Keys.Where(other => !string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        if (group is null || !others.Contains(group.Trim(), StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(path, group, "another group, " + NearMatches.OneOf(group, others));
        }
    }
}
