using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Providers;

namespace LlmStack.Routing;

/// <summary>
/// What stands between a request and a deployment on account of the key that it would use, where keys are several or the callers' own: of the
/// key that comes first. A key whose limit is used up, one that cools and one whose headroom is too small are each of no use.
/// </summary>
/// <param name="Limit">Until its requests and tokens per minute have room; <see cref="TimeSpan.MaxValue"/>: never.</param>
/// <param name="Cooling">Ticks until it has cooled down.</param>
/// <param name="Headroom">Ticks until the provider's window has room.</param>
internal readonly record struct KeyRoom(TimeSpan Limit, long Cooling, long Headroom)
{
    /// <summary>The room of the key that may be used first.</summary>
    public static KeyRoom Best(in RouteRequest request, Deployment deployment, IAdmission admission, HealthTracker health)
    {
        CredentialSet keys = KeyCooldowns.KeysOf(deployment, request.Context);
        KeyRoom best = default;
        long shortest = long.MaxValue;
        for (int i = 0; i < keys.Count; i++)
        {
            KeyRoom room = Of(request, deployment, keys[i], request.Timestamp, admission, health);
            long wait = Math.Max(Math.Max(room.Cooling, room.Headroom), room.Limit == TimeSpan.MaxValue ? long.MaxValue : health.ToTicks(room.Limit));
            if (i == 0 || wait < shortest)
            {
                (best, shortest) = (room, wait);
            }

            if (wait == 0)
            {
                break;
            }
        }

        return best;
    }

    /// <summary>The keys that have no room, as bits by their index; those beyond 64 keys are taken to have some.</summary>
    public static ulong Full(in RouteRequest request, Deployment deployment, in CredentialSet keys, long now, IAdmission admission, HealthTracker health)
    {
        ulong full = 0;
        for (int i = 0; i < Math.Min(keys.Count, 64); i++)
        {
            full |= Of(request, deployment, keys[i], now, admission, health) is { Limit.Ticks: 0, Headroom: 0 } ? 0 : 1UL << i;
        }

        return full;
    }

    /// <summary>What a limit leaves: of the deployment where one key serves everybody, else of the caller's key that has most.</summary>
    public static long? Left(Deployment deployment, in RouteRequest request, int? limit, Func<DeploymentLimits, long, long> used)
    {
        if (limit is null || KeyCooldowns.HasOneKey(deployment))
        {
            return limit - used(deployment.Limits, request.Timestamp);
        }
        CredentialSet keys = KeyCooldowns.KeysOf(deployment, request.Context);
        long most = long.MinValue;
        for (int i = 0; i < keys.Count; i++)
        {
            most = Math.Max(most, limit.Value - (deployment.Limits.Keys.Find(keys[i].Id) is { } own ? used(own, request.Timestamp) : 0));
        }
        return most;
    }

    private static KeyRoom Of(in RouteRequest request, Deployment deployment, ICredential key, long now, IAdmission admission, HealthTracker health) => new(
        admission.WaitFor(new Demand(deployment, request.Context, request.EstimatedInputTokens, request.LikelyOutputTokens, now) { Key = key.Id }),
        health.CoolingOf(deployment, key, now),
        health.HeadroomWaitOf(deployment, key, request.EstimatedInputTokens, now));
}
