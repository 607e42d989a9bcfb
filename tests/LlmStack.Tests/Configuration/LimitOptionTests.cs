using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Configuration;

public sealed class LimitOptionTests
{
    private const string Provider = """ "Providers": { "local": { "Endpoint": "http://127.0.0.1:8080/v1" } } """;

    [Theory]
    [InlineData("""{ "Requests": 0 }""", ":Requests is 0; allowed: 1 to 1000000000000")]
    [InlineData("""{ "Requests": 1000000000001 }""", ":Requests is 1000000000001; allowed: 1 to 1000000000000")]
    [InlineData("""{ "TotalTokens": -1 }""", ":TotalTokens is -1; allowed: 1 to")]
    [InlineData("""{ "InputTokens": -1 }""", ":InputTokens is -1; allowed: 1 to")]
    [InlineData("""{ "OutputTokens": -1 }""", ":OutputTokens is -1; allowed: 1 to")]
    [InlineData("""{ "ConcurrentCalls": 1000001 }""", ":ConcurrentCalls is 1000001; allowed: 1 to 1000000")]
    [InlineData("""{ "Cost": 0 }""", ":Cost is 0; allowed: US dollars, more than 0")]
    [InlineData("""{ "Scope": { "Team": "*" } }""", " limits nothing; allowed: at least one of Requests, InputTokens")]
    [InlineData("""{ "Requests": 1, "Window": "00:00:00.05" }""", ":Window is 00:00:00.0500000; allowed: a time, 0.1 s to 366 days")]
    [InlineData("""{ "Requests": 1, "Window": "367.00:00:00" }""", ":Window is 367.00:00:00; allowed: a time, 0.1 s to 366 days")]
    [InlineData("""{ "Requests": 1, "MaxWait": "00:00:00" }""", ":MaxWait is 00:00:00; allowed: a time, more than 0")]
    [InlineData("""{ "Requests": 1, "WhenReached": "7" }""", ":WhenReached is 7; allowed: Fail, WaitUpTo")]
    [InlineData("""{ "Requests": 1, "Scope": { "Team": " " } }""", ":Scope:Team is ' '; allowed: an id, or * for each")]
    [InlineData("""{ "Requests": 1, "Scope": { "User": "u-*" } }""", ":Scope:User is 'u-*'; allowed: an id, or * alone")]
    [InlineData("""{ "Requests": 1, "Scope": { "Provider": "locla" } }""", ":Scope:Provider is 'locla'; allowed: a known provider, one of local (did you mean local?)")]
    [InlineData("""{ "Requests": 1, "Scope": { "Team": "*", "User": "*", "Key": "*", "Feature": "*", "Project": "*" } }""", ":Scope has 5 stars; allowed: at most 4")]
    [InlineData("""{ "Requests": 1, "Shares": { "a": { "Priority": 0, "Share": 0.7 }, "b": { "Tag": "t", "Share": 0.4 } } }""", ":Shares is 1.1; allowed: shares that are at most 1 together")]
    [InlineData("""{ "Requests": 1, "Shares": { "a": { "Priority": 0 } } }""", ":Shares:a:Share is missing; allowed: a number above 0")]
    [InlineData("""{ "Requests": 1, "Shares": { "a": { "Share": 0.1 } } }""", ":Shares:a is kept for nobody; allowed: a Tag, a Priority or both")]
    [InlineData("""{ "Requests": 1, "Shares": { "a": { "Priority": 10, "Share": 0.1 } } }""", ":Shares:a:Priority is 10; allowed: 0 to 9")]
    [InlineData("""{ "Requests": 1, "Shares": { "a": { "Tag": "t", "Share": 0.1 }, "b": { "Tag": "t", "Share": 0.1 } } }""", ":Shares:b is kept for the same calls as another share")]
    public void A_wrong_limit_is_named_with_value_and_what_is_allowed(string limit, string expected) =>
        Assert.Contains("- LlmStack:Limits:x" + expected, Fail($$"""{ {{Provider}}, "Limits": { "x": {{limit}} } }"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "Amount": -1 }""", ":Amount is -1; allowed: US dollars, 0 to 1000000000")]
    [InlineData("""{ }""", ":Amount is missing; allowed: US dollars, 0 to 1000000000, or a SoftAmount")]
    [InlineData("""{ "Amount": 5, "SoftAmount": 6 }""", ":SoftAmount is 6; allowed: US dollars, more than 0 and not more than Amount")]
    [InlineData("""{ "Amount": 5, "SoftPercentages": [ 50, 101 ] }""", ":SoftPercentages:1 is 101; allowed: a number above 0, at most 100")]
    [InlineData("""{ "SoftAmount": 5, "SoftPercentages": [ 50 ] }""", ":SoftPercentages is a part of nothing; allowed: together with Amount")]
    [InlineData("""{ "Amount": 5, "TimeZone": "Europe/Bonn" }""", ":TimeZone is 'Europe/Bonn'; allowed: the id of a time zone")]
    [InlineData("""{ "Amount": 5, "Window": "None", "TimeZone": "UTC" }""", ":TimeZone is 'UTC'; allowed: nothing, except for the window Calendar")]
    [InlineData("""{ "Amount": 5, "Window": "Rolling" }""", ":Length is missing; allowed: a time, 1 s to 366 days")]
    [InlineData("""{ "Amount": 5, "Length": "01:00:00" }""", ":Length is 01:00:00; allowed: nothing, except for the window Rolling")]
    [InlineData("""{ "Amount": 5, "Window": "9" }""", ":Window is 9; allowed: Calendar, Rolling, None")]
    [InlineData("""{ "Amount": 5, "Period": "9" }""", ":Period is 9; allowed: Month, Week, Day")]
    [InlineData("""{ "Amount": 5, "UnknownPrice": "9" }""", ":UnknownPrice is 9; allowed: AssumeMax, Ignore, Reject")]
    [InlineData("""{ "Amount": 5, "PerCall": true, "TimeZone": "UTC" }""", " has a window, and PerCall; allowed: one of them")]
    [InlineData("""{ "Amount": 5, "PerCall": true, "Scope": { "Model": "m" } }""", ":Scope looks at deployments, and the budget is PerCall")]
    [InlineData("""{ "Amount": 5, "Scope": { "Key": "" } }""", ":Scope:Key is ''; allowed: an id, or * for each")]
    public void A_wrong_budget_is_named_with_value_and_what_is_allowed(string budget, string expected) =>
        Assert.Contains("- LlmStack:Budgets:x" + expected, Fail($$"""{ {{Provider}}, "Budgets": { "x": {{budget}} } }"""), StringComparison.Ordinal);

    [Fact]
    public void Entries_that_count_the_same_calls_over_the_same_time_are_an_error()
    {
        Assert.Contains(
            "LlmStack:Limits:b has the scope (team=*), the window and Requests of a; allowed: each once",
            Fail($$"""{ {{Provider}}, "Limits": { "a": { "Scope": { "Team": "*" }, "Requests": 5, "TotalTokens": 9 }, "b": { "Scope": { "Team": "*" }, "Requests": 6 }, "c": { "Scope": { "Team": "*" }, "Requests": 60, "Window": "01:00:00" } } }"""),
            StringComparison.Ordinal);
        Assert.Contains(
            "LlmStack:Budgets:b has the scope (all calls), the window and calls of a; allowed: each once",
            Fail($$"""{ {{Provider}}, "Budgets": { "a": { "Amount": 5 }, "b": { "SoftAmount": 5, "TimeZone": "utc" } } }"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Code_changes_what_the_configuration_has()
    {
        using ServiceProvider services = Stack.Build(
            static llm => llm.AddLimit("team", static l => l.Requests = 7).AddBudget("month", static b => b.SoftPercentages = [50, 80]),
            Stack.Json($$"""
                { {{Provider}},
                  "Limits": { "team": { "Scope": { "Team": "*" }, "TotalTokens": 900, "Window": "01:00:00", "WhenReached": "WaitUpTo", "MaxWait": "00:00:30" }, "own": { "Scope": { "Team": "search" }, "Requests": 70, "Window": "01:00:00" } },
                  "Budgets": { "month": { "Scope": { "Project": "p", "Provider": "Local" }, "Amount": 200, "SoftAmount": 180, "TimeZone": "Europe/Berlin" }, "run": { "Amount": 2, "Window": "Rolling", "Length": "01:00:00", "UnknownPrice": "Ignore" } } }
                """));
        ScopePlan plan = services.Snapshot().Scopes!;
        Assert.Equal(["month", "own", "run", "team"], plan.Rules.Select(static rule => rule.Id).Order());
        LimitRule team = plan.Rules.OfType<LimitRule>().Single(static rule => rule.Id == "team");
        Assert.Equal((7, 900, TimeSpan.FromHours(1), TimeSpan.FromSeconds(30), "team=*"), (team.Requests, team.TotalTokens, team.Window, team.MaxWait, team.Pattern.Text));
        Assert.Equal("own", Assert.Single(team.MoreSpecific).Id);
        BudgetRule month = plan.Rules.OfType<BudgetRule>().Single(static rule => rule.Id == "month");
        Assert.Equal([100m, 160m, 180m], month.Soft.Select(Money.ToDollars));
        Assert.True(plan.UsesCalendar);
        Assert.Equal("project=p, provider=Local", month.Pattern.Text);
    }

    [Fact]
    public void Without_limits_and_budgets_there_is_no_plan()
    {
        using ServiceProvider services = Stack.Build(null, Stack.Json($$"""{ {{Provider}} }"""));
        Assert.Null(services.Snapshot().Scopes);
    }

    private static string Fail(string section)
    {
        using ServiceProvider services = Stack.Build(null, Stack.Json(section));
        return services.Failure();
    }
}
