namespace LlmStack.Routing;

/// <summary>Which group follows when one could not serve.</summary>
/// <remarks>
/// A group is entered once per request, so cycles end by themselves. A rule without kinds covers every failure that another
/// deployment could cure; a refusal of content only follows a rule that names it, because a refusal is not an outage.
/// </remarks>
internal static class FallbackPlanner
{
    /// <summary>The next group for a request; null when there is none.</summary>
    /// <param name="snapshot">The configuration of the call.</param>
    /// <param name="group">The group that failed.</param>
    /// <param name="kind">How it failed.</param>
    /// <param name="status">The HTTP status of the failure, or null.</param>
    /// <param name="operation">The operation; vectors of another model are no substitute.</param>
    /// <param name="routing">The call's wishes, or null.</param>
    /// <param name="entered">Every group this request was in, in order, <paramref name="group"/> last. When its list ends, those before it go on with theirs.</param>
    /// <exception cref="LlmException">A name in the call's own list is unknown (<see cref="LlmErrorKind.NotFound"/>).</exception>
    public static FallbackTarget? Next(RoutingSnapshot snapshot, ModelGroup group, LlmErrorKind kind, int? status, LlmOperation operation, RoutingOptions? routing, List<ModelGroup> entered)
    {
        if (routing is { AllowFallbacks: false })
        {
            return null;
        }
        bool? fallBack = group.Policy.Errors[kind].FallBack;
        if (routing?.Fallbacks is { } own)
        {
            for (int i = 0; i < own.Count && Cures(kind, fallBack); i++)
            {
                ModelGroup target = snapshot.Resolve(own[i]).Group;
                if (IsOpen(group, target, operation, entered))
                {
                    return new FallbackTarget(target, null);
                }
            }
            return null;
        }
        FallbackTarget? next = NextOf(group);
        for (int i = entered.Count - 1; i >= 0 && next is null; i--)
        {
            next = NextOf(entered[i]);
        }
        return next;

        // Who says what he is for comes first: a larger window for a long prompt, before those that serve in any outage.
        FallbackTarget? NextOf(ModelGroup owner) => Find(owner, specific: true) ?? Find(owner, specific: false);

        FallbackTarget? Find(ModelGroup owner, bool specific)
        {
            foreach (FallbackRule rule in owner.Fallbacks)
            {
                if (rule.IsSpecific == specific
                    && rule.Covers(kind, status, fallBack)
                    && snapshot.Groups.TryGetValue(rule.Group, out ModelGroup? target)
                    && IsOpen(group, target, operation, entered))
                {
                    return new FallbackTarget(target, rule.Rewrite);
                }
            }
            return null;
        }
    }

    /// <summary>The groups named for a call, whatever the failure; for explanations.</summary>
    public static IReadOnlyList<string> Names(ModelGroup group, RoutingOptions? routing)
    {
        if (routing is { AllowFallbacks: false })
        {
            return [];
        }
        if (routing?.Fallbacks is { } own)
        {
            return own;
        }
        var names = new List<string>(group.Fallbacks.Count);
        foreach (FallbackRule rule in group.Fallbacks)
        {
            names.Add(rule.Group);
        }
        return names;
    }

    /// <summary>Whether a fallback for anything follows a kind: what was set for it, else whether another deployment could cure it.</summary>
    public static bool Cures(LlmErrorKind kind, bool? fallBack) =>
        kind != LlmErrorKind.Cancelled
        && (fallBack ?? kind is not (LlmErrorKind.InvalidRequest or LlmErrorKind.Configuration or LlmErrorKind.PolicyDenied or LlmErrorKind.ContentPolicyViolation));

    /// <summary>Whether a request may go on in a group: it was not there yet, and its vectors would stay comparable.</summary>
    public static bool IsOpen(ModelGroup from, ModelGroup target, LlmOperation operation, List<ModelGroup> entered)
    {
        foreach (ModelGroup group in entered)
        {
            if (string.Equals(group.Name, target.Name, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }
        return operation != LlmOperation.Embeddings || from.AllowDifferentModel || SameModels(from, target);
    }

    private static bool SameModels(ModelGroup from, ModelGroup target)
    {
        foreach (Member member in target.Members)
        {
            if (!Holds(from, member.Deployment.Model))
            {
                return false;
            }
        }
        return true;
    }

    private static bool Holds(ModelGroup group, string model)
    {
        foreach (Member member in group.Members)
        {
            if (string.Equals(member.Deployment.Model, model, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
