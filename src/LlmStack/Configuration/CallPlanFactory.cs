using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Makes the plans of a group from its options.</summary>
internal static class CallPlanFactory
{
    public static CallPlans? Make(string name, ModelGroupOptions group, Member[] members, DeploymentRegistry registry)
    {
        ParallelPlan? parallel = group.Race is { } racers
            ? new ParallelPlan(AttemptRole.Race, racers, TimeSpan.Zero, AllowProviderTools: false, Share: null)
            : group.Hedging is { } hedging
                ? new ParallelPlan(AttemptRole.Hedge, 2, hedging.Delay, hedging.AllowProviderTools, registry.HedgeBudgetOf(name, hedging.MaxShare))
                : null;
        if (parallel is { Delay: null })
        {
            foreach (Member member in members)
            {
                member.Deployment.Health.TrackPercentiles();
            }
        }

        MirrorPlan? mirror = group.Mirror is { } options ? new MirrorPlan(options.Group!.Trim(), options.SampleRate, options.MaxConcurrency, options.RequestsPerMinute, registry.MirrorUseOf(name)) : null;
        CascadePlan? cascade = group.Cascade is { } stages ? new CascadePlan(stages.EscalateTo!.Trim(), stages.Validator, stages.Judge?.Trim()) : null;
        return parallel is null && mirror is null && cascade is null && !group.SingleFlight ? null : new CallPlans(parallel, mirror, group.SingleFlight, cascade);
    }
}
