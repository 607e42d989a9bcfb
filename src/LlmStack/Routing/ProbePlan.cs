namespace LlmStack.Routing;

/// <summary>How a deployment is probed.</summary>
internal sealed record ProbePlan(bool Enabled, ProbeKind Kind, TimeSpan Interval, TimeSpan Timeout)
{
    /// <summary>Null where nothing is set.</summary>
    public static ProbePlan? Of(ProbeOptions? options) => options is null ? null : new ProbePlan(options.Enabled, options.Kind, options.Interval, options.Timeout);
}
