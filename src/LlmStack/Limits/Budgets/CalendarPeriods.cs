namespace LlmStack.Limits.Budgets;

/// <summary>The periods of a calendar in a time zone, as instants of UTC. Remembers the one in force.</summary>
internal sealed class CalendarPeriods(BudgetPeriod period, TimeZoneInfo zone)
{
    private Span? _current;

    /// <summary>The period that contains a moment. A clock that steps back does not lead back into one that has ended.</summary>
    public (long Start, long End) At(long utcTicks)
    {
        Span? known = _current;
        if (known is null || utcTicks >= known.End)
        {
            _current = known = Find(utcTicks);
        }

        return (known.Start, known.End);
    }

    private Span Find(long utcTicks)
    {
        DateTime local = TimeZoneInfo.ConvertTimeFromUtc(new DateTime(utcTicks, DateTimeKind.Utc), zone);
        var day = DateOnly.FromDateTime(local);
        DateOnly first = period switch
        {
            BudgetPeriod.Day => day,
            BudgetPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => new DateOnly(day.Year, day.Month, 1),
        };
        DateOnly next = period switch
        {
            BudgetPeriod.Day => first.AddDays(1),
            BudgetPeriod.Week => first.AddDays(7),
            _ => first.AddMonths(1),
        };
        return new Span(StartOf(first), StartOf(next));
    }

    /// <summary>The first instant of a day. Midnight may be skipped by the change to summer time, or come twice by the change back.</summary>
    private long StartOf(DateOnly day)
    {
        DateTime midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        TimeSpan offset = zone.IsInvalidTime(midnight) ? zone.GetUtcOffset(midnight.AddHours(-3))
            : zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max()
            : zone.GetUtcOffset(midnight);
        return midnight.Ticks - offset.Ticks;
    }

    private sealed record Span(long Start, long End);
}
