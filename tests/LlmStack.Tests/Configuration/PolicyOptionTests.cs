using LlmStack.Routing;
using LlmStack.Tests.Calls;
using Microsoft.Extensions.Options;

namespace LlmStack.Tests.Configuration;

/// <summary>Settings of calls that are wrong, or stand where they have no effect, are errors at start.</summary>
public sealed class PolicyOptionTests
{
    private static string ProblemOf(Action<LlmStackOptions> change)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() =>
        {
            using var h = new CallHarness(
                llm => llm
                    .AddModelGroup("one", g => g.AddDeployment("a/m", d => d.Policy = new CallPolicyOptions()).FallBackTo("two"))
                    .AddModelGroup("two", g => g.AddDeployment("a/n"))
                    .Configure(change),
                "a");
        });
        return Assert.Single(error.Failures.SelectMany(f => f.Split(Environment.NewLine).Skip(1)));
    }

    private static CallPolicyOptions Deployment(LlmStackOptions o) => o.ModelGroups["one"].Deployments["a/m"].Policy!;

    [Fact]
    public void Settings_of_a_whole_request_are_refused_on_a_deployment()
    {
        Assert.Contains("Deployments:a/m:Policy:MaxAttempts is set on a deployment, where it has no effect", ProblemOf(o => Deployment(o).MaxAttempts = 3), StringComparison.Ordinal);
        Assert.Contains("Policy:WhenAllCooling is set", ProblemOf(o => Deployment(o).WhenAllCooling = AllCoolingBehavior.FailFast), StringComparison.Ordinal);
        Assert.Contains("Policy:Errors:Timeout:FallBack is set", ProblemOf(o => Deployment(o).Errors["Timeout"] = new ErrorKindOptions { FallBack = false }), StringComparison.Ordinal);
        Assert.Contains("Policy:RequestTimeout is set", ProblemOf(o => Deployment(o).RequestTimeout = TimeSpan.FromSeconds(3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_kinds_and_statuses_are_named_with_what_is_near()
    {
        Assert.Contains("Defaults:Errors:RateLimit is 'RateLimit'; allowed: ", ProblemOf(o => o.Defaults.Errors["RateLimit"] = new ErrorKindOptions()), StringComparison.Ordinal);
        Assert.Contains("FinishReasons:length is 'TooLong'", ProblemOf(o => o.Defaults.FinishReasons["length"] = "TooLong"), StringComparison.Ordinal);
        Assert.Contains("EmptyAnswer is 'Nothing'", ProblemOf(o => o.Defaults.EmptyAnswer = "Nothing"), StringComparison.Ordinal);
        Assert.Contains("Fallbacks:two:StatusCodes:0 is 200; allowed: 400 to 599", ProblemOf(o => o.ModelGroups["one"].Fallbacks["two"].StatusCodes.Add(200)), StringComparison.Ordinal);
        Assert.Contains("DefaultFallbacks:nobody:Group is 'nobody'", ProblemOf(o => o.DefaultFallbacks["nobody"] = new FallbackOptions()), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_outside_their_range_are_named()
    {
        Assert.Contains("Errors:Timeout:Retries is 101; allowed: 0 to 100", ProblemOf(o => o.Defaults.Errors["Timeout"] = new ErrorKindOptions { Retries = 101 }), StringComparison.Ordinal);
        Assert.Contains("CooldownHalfOpenProbes is 0", ProblemOf(o => o.Defaults.CooldownHalfOpenProbes = 0), StringComparison.Ordinal);
        Assert.Contains("Fallbacks:two:MaxOutputTokens is 0", ProblemOf(o => o.ModelGroups["one"].Fallbacks["two"].MaxOutputTokens = 0), StringComparison.Ordinal);
        Assert.Contains("MaxConcurrency is 0", ProblemOf(o => o.ModelGroups["one"].Deployments["a/m"].MaxConcurrency = 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_shows_the_retry_table_in_force()
    {
        CallPolicy policy = CallPolicy.Default
            .With(new CallPolicyOptions { Errors = { ["timeout"] = new ErrorKindOptions { Retries = 3, Cool = false } } })
            .With(new CallPolicyOptions { Errors = { ["Timeout"] = new ErrorKindOptions { Retries = 1 } } });

        Assert.Equal(new ErrorRule(1, false, null, null), policy.Errors[LlmErrorKind.Timeout]);
        Assert.Equal("retries 1, cool false", SettingsInForce.Of(policy, null)["Errors:Timeout"]);
    }
}
