using System.Globalization;
using LlmStack.Health;
using LlmStack.Routing;

namespace LlmStack.Testing.Simulation;

/// <summary>One line for each call that ended and each cooldown, in the order they happened. Byte-identical for equal seeds.</summary>
internal sealed class DecisionLog(TextWriter writer, VirtualTime time)
{
    public void CallEnded(long number, CallRoute? route, LlmException? error)
    {
        Begin();
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"call {number} "));
        writer.Write(error is null ? "served" : error.Kind.ToString());
        if (route is not null)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $" by {route.Deployment ?? "nobody"} in {route.Timing.Total.TotalMilliseconds:0.###} ms"));
            writer.Write($" ({route.Reason})");
            if (route.WrittenAttempts is { } attempts)
            {
                foreach (RouteAttempt attempt in attempts)
                {
                    Attempt(attempt);
                }
            }
        }

        writer.Write('\n');
    }

    public void Cooldown(in CooldownChange change)
    {
        Begin();
        writer.Write(change.Cooling
            ? string.Create(CultureInfo.InvariantCulture, $"{change.Deployment.Id} cools for {change.Duration.TotalSeconds:0.###} s after {change.Kind}\n")
            : $"{change.Deployment.Id} is back\n");
    }

    public void Changed(long version)
    {
        Begin();
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"configuration {version}\n"));
    }

    private void Attempt(RouteAttempt attempt) => writer.Write(string.Create(
        CultureInfo.InvariantCulture,
        $"; {attempt.Deployment} {(attempt.Error is { } kind ? kind.ToString() : "ok")} {attempt.Duration.TotalMilliseconds:0.###} ms{(attempt.Wait > TimeSpan.Zero ? $" after {attempt.Wait.TotalMilliseconds:0.###} ms" : "")}"));

    private void Begin() => writer.Write(string.Create(CultureInfo.InvariantCulture, $"{time.Elapsed.TotalSeconds:0.0000000} "));
}
