namespace LlmStack.Routing;

/// <summary>What a group does beside asking one deployment after the other; null where nothing is set.</summary>
internal sealed record CallPlans(ParallelPlan? Parallel, MirrorPlan? Mirror, bool SingleFlight, CascadePlan? Cascade);
