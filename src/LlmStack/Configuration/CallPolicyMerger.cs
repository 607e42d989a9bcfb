using System.Runtime.CompilerServices;
using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Lays settings over each other: deployment over provider over group over defaults.</summary>
internal static class CallPolicyMerger
{
    public static readonly TimeSpan LocalFirstTokenTimeout = TimeSpan.FromSeconds(300);

    private static readonly ConditionalWeakTable<Deployment, ConditionalWeakTable<ModelGroup, AttemptPolicy>> Cache = [];

    /// <summary>The settings of a layer over those below it; the same instance when the layer says nothing.</summary>
    public static CallPolicy Over(CallPolicy below, CallPolicyOptions? layer) => layer is null ? below : below with
    {
        MaxAttempts = layer.MaxAttempts ?? below.MaxAttempts,
        MaxRetries = layer.MaxRetries ?? below.MaxRetries,
        RequestTimeout = layer.RequestTimeout ?? below.RequestTimeout,
        AttemptTimeout = layer.AttemptTimeout ?? below.AttemptTimeout,
        FirstTokenTimeout = layer.FirstTokenTimeout ?? below.FirstTokenTimeout,
        FirstTokenTimeoutIsDefault = layer.FirstTokenTimeout is null && below.FirstTokenTimeoutIsDefault,
        IdleTimeout = layer.IdleTimeout ?? below.IdleTimeout,
        BackoffInitial = layer.BackoffInitial ?? below.BackoffInitial,
        BackoffMax = layer.BackoffMax ?? below.BackoffMax,
        MaxRetryWait = layer.MaxRetryWait ?? below.MaxRetryWait,
        Cooldown = Over(below.Cooldown, layer),
        WhenAllCooling = layer.WhenAllCooling ?? below.WhenAllCooling,
    };

    /// <summary>What is in force for attempts at <paramref name="deployment"/> as a member of <paramref name="group"/>. Allocates once per member, and only where something is overridden.</summary>
    public static AttemptPolicy For(ModelGroup group, Deployment deployment)
    {
        ProviderEntry? provider = deployment.ProviderEntry;
        bool isLocal = provider is { IsLocal: true } && group.Policy.FirstTokenTimeoutIsDefault;
        if (deployment.PolicyOverride is null && provider?.PolicyOverride is null && !isLocal)
        {
            return group.AttemptPolicy;
        }

        ConditionalWeakTable<ModelGroup, AttemptPolicy> groups = Cache.GetValue(deployment, static _ => []);
        if (groups.TryGetValue(group, out AttemptPolicy? cached))
        {
            return cached;
        }

        var made = AttemptPolicy.Of(Merge(group.Policy, provider, deployment.PolicyOverride));
        groups.AddOrUpdate(group, made);
        return made;
    }

    private static CallPolicy Merge(CallPolicy group, ProviderEntry? provider, CallPolicyOptions? deployment)
    {
        CallPolicy merged = Over(Over(group, provider?.PolicyOverride), deployment);
        return provider is { IsLocal: true } && merged.FirstTokenTimeoutIsDefault
            ? merged with { FirstTokenTimeout = LocalFirstTokenTimeout }
            : merged;
    }

    private static CooldownPolicy Over(CooldownPolicy below, CallPolicyOptions layer)
    {
        bool silent = layer is { CooldownEnabled: null, CooldownDuration: null, CooldownAllowedFailures: null, CooldownFailureRatio: null, CooldownMinimumAttempts: null, CooldownWindow: null };
        return silent ? below : below with
        {
            Enabled = layer.CooldownEnabled ?? below.Enabled,
            Duration = layer.CooldownDuration ?? below.Duration,
            AllowedFailures = layer.CooldownAllowedFailures ?? below.AllowedFailures,
            FailureRatio = layer.CooldownFailureRatio ?? below.FailureRatio,
            MinimumAttempts = layer.CooldownMinimumAttempts ?? below.MinimumAttempts,
            Window = layer.CooldownWindow ?? below.Window,
        };
    }
}
