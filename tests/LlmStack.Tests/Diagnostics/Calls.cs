using LlmStack.Diagnostics;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Diagnostics;

/// <summary>Finished calls for the tests of this room.</summary>
internal static class Calls
{
    public static CallRoute Route(string name = "fast")
    {
        var route = new CallRoute(name, 1)
        {
            Group = "fast",
            Served = new Deployment("p/m", "p", "m") { Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 2 } },
        };
        route.SetTiming(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5));
        return route;
    }

    public static CallOutcome Succeeded(CallRoute? route = null) =>
        new(LlmOperation.Chat, Streaming: true, route ?? Route(), new UsageDetails { InputTokenCount = 1_000_000, OutputTokenCount = 500_000 }, null, Cancelled: false);

    public static CallOutcome Failed(CallRoute? route = null) =>
        new(LlmOperation.Chat, Streaming: false, route ?? Route(), null, new LlmException(LlmErrorKind.RateLimited, "the prompt was: top secret") { StatusCode = 429, RequestId = "req-1" }, Cancelled: false);

    /// <summary>A successful one is billed as <see cref="Succeeded"/> says.</summary>
    public static RouteAttempt Attempt(LlmErrorKind? error) => new(Route().Served!, "fast") { Error = error, Usage = error is null ? Succeeded().Usage : null };
}
