namespace LlmStack.Routing;

/// <summary>Refuses wishes that cannot be meant, before any call leaves.</summary>
internal static class RoutingOptionsCheck
{
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidRequest"/> naming the field, its value and what is allowed.</exception>
    public static RoutingOptions? Check(RoutingOptions? routing)
    {
        if (routing is null)
        {
            return null;
        }
        if (routing.MaxAttempts is < 1 or > 100)
        {
            throw Invalid(nameof(routing.MaxAttempts), routing.MaxAttempts, "1 to 100, or null for the configured number");
        }
        if (routing.MaxCost < 0)
        {
            throw Invalid(nameof(routing.MaxCost), routing.MaxCost, "US dollars, 0 or more, or null for no cap");
        }
        if (routing.MaxRetention < TimeSpan.Zero)
        {
            throw Invalid(nameof(routing.MaxRetention), routing.MaxRetention, "zero or more, or null for any");
        }
        Duration(routing.Deadline, nameof(routing.Deadline));
        Duration(routing.ConnectTimeout, nameof(routing.ConnectTimeout));
        Duration(routing.FirstTokenTimeout, nameof(routing.FirstTokenTimeout));
        Duration(routing.IdleTimeout, nameof(routing.IdleTimeout));
        Duration(routing.AttemptTimeout, nameof(routing.AttemptTimeout));
        if (routing.Priority is < 0 or > 9)
        {
            throw Invalid(nameof(routing.Priority), routing.Priority, "0, the most urgent, to 9");
        }
        Names(routing.Tags, nameof(routing.Tags));
        Names(routing.RequiredTags, nameof(routing.RequiredTags));
        Names(routing.Only, nameof(routing.Only));
        Names(routing.Ignore, nameof(routing.Ignore));
        Names(routing.Order, nameof(routing.Order));
        Names(routing.Fallbacks, nameof(routing.Fallbacks));
        return routing;
    }

    private static void Duration(TimeSpan? value, string name)
    {
        if (value is { } duration && duration <= TimeSpan.Zero && duration != Timeout.InfiniteTimeSpan)
        {
            throw Invalid(name, duration, "more than zero, Timeout.InfiniteTimeSpan, or null for the configured time");
        }
    }

    private static void Names(IReadOnlyList<string>? names, string name)
    {
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            if (string.IsNullOrWhiteSpace(names![i]))
            {
                throw Invalid($"{name}[{i}]", names[i] is null ? "null" : "empty", "a name");
            }
        }
    }

    private static LlmException Invalid(string name, object? value, string allowed) =>
        new(LlmErrorKind.InvalidRequest, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"RoutingOptions.{name} is {value}; allowed is {allowed}.")) { Scope = LlmErrorScope.Caller };
}
