namespace LlmStack.Routing;

/// <summary>Settings that are read from the group of a call, because they are about the whole of it and not about one deployment.</summary>
internal static class CallWideSettings
{
    /// <summary>Those that a policy sets, by name.</summary>
    public static List<string> Of(CallPolicyOptions? policy)
    {
        var set = new List<string>();
        if (policy is null)
        {
            return set;
        }
        Add(policy.MaxAttempts is not null, nameof(policy.MaxAttempts));
        Add(policy.RequestTimeout is not null, nameof(policy.RequestTimeout));
        Add(policy.WhenAllCooling is not null, nameof(policy.WhenAllCooling));
        Add(policy.OnStreamLost is not null, nameof(policy.OnStreamLost));
        Add(policy.QueueTimeout is not null, nameof(policy.QueueTimeout));
        foreach ((string kind, ErrorKindOptions? rule) in policy.Errors)
        {
            Add(rule?.FallBack is not null, $"{nameof(policy.Errors)}:{kind}:{nameof(rule.FallBack)}");
        }
        return set;

        void Add(bool isSet, string name)
        {
            if (isSet)
            {
                set.Add(name);
            }
        }
    }
}
