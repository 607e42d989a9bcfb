namespace LlmStack.Routing;

/// <summary>Tags prefer: members with the asked tags, else members tagged <c>default</c>, else nobody. Without a wish, defaults if there are any.</summary>
internal static class TagFilter
{
    private const string DefaultTag = "default";

    /// <summary>Removes those whose tags do not fit. Returns whether it removed anybody.</summary>
    public static bool Judge(ModelGroup group, RoutingOptions? routing, StaticVerdict[] verdicts)
    {
        IReadOnlyList<string>? wished = routing?.Tags is { Count: > 0 } tags ? tags : null;
        if (wished is not null && Any(group, wished, routing!.MatchAllTags, verdicts))
        {
            return RemoveUnless(group, wished, routing.MatchAllTags, verdicts, "has none of the tags asked for");
        }
        if (Any(group, [DefaultTag], all: false, verdicts))
        {
            return RemoveUnless(group, [DefaultTag], all: false, verdicts, wished is null ? "is not a default, and others are" : "has none of the tags asked for and is not a default");
        }

        // Nobody has them: nobody is kept.
        return wished is not null && RemoveUnless(group, wished, routing!.MatchAllTags, verdicts, "has none of the tags asked for, and there is no default");
    }

    private static bool Any(ModelGroup group, IReadOnlyList<string> tags, bool all, StaticVerdict[] verdicts)
    {
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Filter is null && NameList.Has(group.Members[i].Deployment.Tags, tags, all))
            {
                return true;
            }
        }
        return false;
    }

    private static bool RemoveUnless(ModelGroup group, IReadOnlyList<string> tags, bool all, StaticVerdict[] verdicts, string reason)
    {
        bool removed = false;
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Filter is null && !NameList.Has(group.Members[i].Deployment.Tags, tags, all))
            {
                verdicts[i] = new StaticVerdict(FilterNames.Tags, reason);
                removed = true;
            }
        }
        return removed;
    }
}
