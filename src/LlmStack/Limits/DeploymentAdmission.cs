using LlmStack.Routing;

namespace LlmStack.Limits;

/// <summary>Requests and tokens per minute of a deployment, or of each key at it; everything else is admitted.</summary>
/// <remarks>
/// The likely output is only a guess: when the prompt alone fits the token limit, prompt and guess together never demand more than
/// the whole limit, so that a small limit lets large calls through one after the other instead of never.
/// </remarks>
internal sealed class DeploymentAdmission(TimeProvider time) : IAdmission
{
    /// <summary>A key that has used nothing yet.</summary>
    private static readonly DeploymentLimits Unused = new();

    private readonly long _frequency = time.TimestampFrequency;

    public AdmissionResult TryReserve(in Demand demand, out Reservation reservation)
    {
        Deployment deployment = demand.Deployment;
        if (deployment.RequestsPerMinute is null && deployment.TokensPerMinute is null)
        {
            reservation = default;
            return AdmissionResult.Yes;
        }
        long tokens = TokensOf(demand);
        DeploymentLimits limits = demand.Key is { } key ? deployment.Limits.Keys.Touch(key) : deployment.Limits;
        long token = limits.TryReserve(deployment.RequestsPerMinute, deployment.TokensPerMinute, tokens, demand.Timestamp, _frequency, out string? limit, out TimeSpan wait);
        if (token == 0)
        {
            reservation = default;
            return new AdmissionResult(false, limit, wait);
        }
        reservation = new Reservation(limits, tokens, demand.Timestamp, token);
        return AdmissionResult.Yes;
    }

    public void Settle(in Reservation reservation, in UsageAmounts usage) =>
        reservation.Limits?.Settle(reservation.Token, reservation.Tokens, usage.Requests, usage.InputTokens + usage.OutputTokens);

    /// <inheritdoc/>
    /// <remarks><see cref="TimeSpan.MaxValue"/> when the demand exceeds the limit even of an empty window.</remarks>
    public TimeSpan WaitFor(in Demand demand)
    {
        Deployment deployment = demand.Deployment;
        return deployment.RequestsPerMinute is null && deployment.TokensPerMinute is null
            ? TimeSpan.Zero
            : (demand.Key is { } key ? deployment.Limits.Keys.Find(key) ?? Unused : deployment.Limits).WaitFor(deployment.RequestsPerMinute, deployment.TokensPerMinute, TokensOf(demand), demand.Timestamp, _frequency);
    }

    private static long TokensOf(in Demand demand)
    {
        long input = Math.Max(0, demand.InputTokens);
        long total = input + Math.Max(0, demand.OutputTokens);
        return demand.Deployment.TokensPerMinute is { } limit && total > limit ? Math.Max(input, limit) : total;
    }
}
