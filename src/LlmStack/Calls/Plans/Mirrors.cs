using LlmStack.Routing;
using LlmStack.Tracing;

namespace LlmStack.Calls.Plans;

/// <summary>Sends a sample of the calls to another group as well, marked as an experiment, in traces of their own.</summary>
internal sealed class Mirrors(BackgroundCalls background, IRandomSource random, TimeProvider time)
{
    /// <summary>The plan under which a call is to be copied; null for most calls. A copy is never copied.</summary>
    public MirrorPlan? PlanOf(CallState state, in CallRequest request) =>
        state.Group.Plans?.Mirror is { } plan
        && !request.IsCopy
        && random.NextDouble() < plan.SampleRate
        && plan.TryStart(time.GetTimestamp(), time.TimestampFrequency)
            ? plan
            : null;

    /// <summary>What the other group is asked: by the caller's wishes about region, tags and cost, without fallbacks.</summary>
    public static CallRequest Copy(MirrorPlan plan, in CallRequest request) => request with
    {
        Model = plan.Group,
        IsCopy = true,
        Routing = (request.Routing ?? new RoutingOptions()) with { AllowFallbacks = false, Fallbacks = null },
    };

    /// <summary>Runs the copy behind the caller's back.</summary>
    public void Run(MirrorPlan plan, Func<CancellationToken, Task> call)
    {
        LlmContext context = LlmContext.Current with { Experiment = "mirror:" + plan.Group, IsPartOfCall = true };
        bool started = background.TryRun(
            async cancellationToken =>
            {
                // The caller's trace would show, and add up, what is none of his.
                AmbientScope.Current = null;
                using IDisposable pushed = LlmContext.Push(context);
                await call(cancellationToken).ConfigureAwait(false);
            },
            plan.Ended);
        if (!started)
        {
            plan.Ended();
        }
    }
}
