using System.Globalization;
using LlmStack.Limits.Budgets;

namespace LlmStack.Tests.Limits.Scopes;

public class CalendarPeriodsTests
{
    [Theory]
    [InlineData(BudgetPeriod.Day, "UTC", "2026-11-24T08:00Z", "2026-11-24T00:00Z", "2026-11-25T00:00Z")]
    [InlineData(BudgetPeriod.Day, "UTC", "2026-11-24T00:00Z", "2026-11-24T00:00Z", "2026-11-25T00:00Z")]
    [InlineData(BudgetPeriod.Week, "UTC", "2026-11-29T23:59Z", "2026-11-23T00:00Z", "2026-11-30T00:00Z")]
    [InlineData(BudgetPeriod.Month, "UTC", "2026-12-31T23:59Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z")]
    [InlineData(BudgetPeriod.Month, "UTC", "2028-02-29T12:00Z", "2028-02-01T00:00Z", "2028-03-01T00:00Z")]
    // The clocks of Berlin: a day of 23 hours in March, one of 25 in October, a month that has an hour less.
    [InlineData(BudgetPeriod.Day, "Europe/Berlin", "2026-03-29T12:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z")]
    [InlineData(BudgetPeriod.Day, "Europe/Berlin", "2026-10-25T12:00Z", "2026-10-24T22:00Z", "2026-10-25T23:00Z")]
    [InlineData(BudgetPeriod.Month, "Europe/Berlin", "2026-03-31T22:00Z", "2026-03-31T22:00Z", "2026-04-30T22:00Z")]
    [InlineData(BudgetPeriod.Month, "Europe/Berlin", "2026-03-31T21:59Z", "2026-02-28T23:00Z", "2026-03-31T22:00Z")]
    // Cairo skips midnight in spring and has the hour before it twice in autumn; Havana has the hour after midnight twice.
    [InlineData(BudgetPeriod.Day, "Africa/Cairo", "2026-04-24T12:00Z", "2026-04-23T22:00Z", "2026-04-24T21:00Z")]
    [InlineData(BudgetPeriod.Day, "Africa/Cairo", "2026-04-23T21:59Z", "2026-04-22T22:00Z", "2026-04-23T22:00Z")]
    [InlineData(BudgetPeriod.Day, "Africa/Cairo", "2026-10-29T21:30Z", "2026-10-28T21:00Z", "2026-10-29T22:00Z")]
    [InlineData(BudgetPeriod.Day, "America/Havana", "2026-11-01T04:30Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z")]
    public void Periods_follow_the_clocks_of_their_zone(BudgetPeriod period, string zone, string at, string start, string end)
    {
        (long from, long to) = new CalendarPeriods(period, TimeZoneInfo.FindSystemTimeZoneById(zone)).At(Utc(at).UtcTicks);
        Assert.Equal((Utc(start), Utc(end)), (new DateTimeOffset(from, TimeSpan.Zero), new DateTimeOffset(to, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("Africa/Cairo")]
    [InlineData("America/Havana")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Pacific/Apia")]
    public void Periods_follow_one_another_without_gap(string zone)
    {
        TimeZoneInfo info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        foreach (BudgetPeriod period in Enum.GetValues<BudgetPeriod>())
        {
            var periods = new CalendarPeriods(period, info);
            (long Start, long End) known = periods.At(Utc("2026-01-01T00:00Z").UtcTicks);
            while (known.End < Utc("2028-01-01T00:00Z").UtcTicks)
            {
                Assert.Equal(known, new CalendarPeriods(period, info).At(known.End - 1));
                (long Start, long End) next = periods.At(known.End);
                Assert.Equal(known.End, next.Start);
                known = next;
            }
        }
    }

    [Fact]
    public void A_clock_that_steps_back_does_not_lead_into_a_period_that_is_over()
    {
        var days = new CalendarPeriods(BudgetPeriod.Day, TimeZoneInfo.Utc);
        (long Start, long End) today = days.At(Utc("2026-11-25T00:00Z").UtcTicks);
        Assert.Equal(today, days.At(Utc("2026-11-24T23:59Z").UtcTicks));
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
