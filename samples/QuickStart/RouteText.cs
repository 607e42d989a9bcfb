using System.Globalization;
using System.Text;
using LlmStack.Routing;

namespace QuickStart;

/// <summary>Says who served a call and why, what was tried, what it cost and how long it took.</summary>
internal static class RouteText
{
    public static string Of(CallRoute? route)
    {
        if (route is null)
        {
            return "  (no route)";
        }

        var text = new StringBuilder();
        text.Append("  served by ").Append(route.Deployment).Append(", ").AppendLine(route.Reason ?? "no reason given");
        text.Append(Attempts(route));
        text.Append("  cost ").AppendLine(route.Cost.Total is { } total
            ? string.Create(CultureInfo.InvariantCulture, $"${total:0.00000000} ({string.Join(" + ", route.Cost.Lines.Select(line => FormattableString.Invariant($"{line.Quantity} {line.Bucket} × ${line.UnitPrice:0.##}/M")))})")
            : $"unknown: {route.Cost.UnknownReason}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  time {Milliseconds(route.Timing.Total)}{(route.Timing.FirstToken is { } first ? $", first token after {Milliseconds(first)}" : "")}; LlmStack itself {Milliseconds(route.Timing.Overhead)}");
        return text.ToString();
    }

    public static string Attempts(CallRoute? route)
    {
        var text = new StringBuilder();
        for (int i = 0; i < route?.Attempts.Count; i++)
        {
            RouteAttempt attempt = route.Attempts[i];
            string outcome = attempt.Error is { } error ? $"{error}{(attempt.StatusCode is { } status ? $" ({status})" : "")}: {attempt.Message}" : "answered";
            text.AppendLine(CultureInfo.InvariantCulture, $"  attempt {i + 1}  {attempt.Deployment,-16} {Milliseconds(attempt.Duration),9}  {outcome}");
        }

        return text.ToString();
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
