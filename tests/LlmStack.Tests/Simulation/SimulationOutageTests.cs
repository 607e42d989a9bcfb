using LlmStack.Testing.Simulation;
using Xunit.Abstractions;
using static LlmStack.Tests.Simulation.SimulationSetups;

namespace LlmStack.Tests.Simulation;

public sealed class SimulationOutageTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(LlmErrorKind.ServerError, 0)]
    [InlineData(LlmErrorKind.Overloaded, 0.5)]
    [InlineData(LlmErrorKind.Network, 1)]
    [InlineData(LlmErrorKind.RateLimited, 0.5)]
    [InlineData(LlmErrorKind.Authentication, 0)]
    [InlineData(LlmErrorKind.QuotaExhausted, 0)]
    [InlineData(LlmErrorKind.NotFound, 0)]
    [InlineData(LlmErrorKind.InvalidResponse, 0.5)]
    public void No_call_is_lost_while_one_of_three_is_down(LlmErrorKind kind, double streaming)
    {
        SimulationReport report = Run(Equal(Three), Scenario(200, 180, streaming: streaming).Outage("a", S(30), S(120), kind));
        Assert.Equal((report.Calls, 0, 0), (report.Served, report.Lost, report.Cut));
        Assert.InRange(report.Outages.Single().AttemptsPerCall, 1, 1.1);
        Assert.InRange(report.Outages.Single().DetectedAfter!.Value, TimeSpan.Zero, S(5));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void No_call_is_lost_while_two_of_three_are_down(double streaming)
    {
        SimulationReport report = Run(
            Equal(Three),
            Scenario(200, 180, streaming: streaming).Outage("a", S(30), S(120)).Outage("b", S(31), S(110), LlmErrorKind.Overloaded));
        Assert.Equal((report.Calls, 0, 0), (report.Served, report.Lost, report.Cut));
    }

    /// <summary>Six attempts suffice for four sick deployments, and the retry budget does too: with much traffic and little, known as well before or never asked.</summary>
    [Theory]
    [InlineData(5, 20)]
    [InlineData(50, 20)]
    [InlineData(500, 20)]
    [InlineData(5, 0)]
    [InlineData(500, 0)]
    public void No_call_is_lost_when_four_of_five_go_down_in_one_moment(double perSecond, double from)
    {
        SimulationReport report = Run(
            Equal(FiveModels),
            Scenario(perSecond, 60).Outage("a", S(from), S(50)).Outage("b", S(from), S(50)).Outage("c", S(from), S(50)).Outage("d", S(from), S(50)));
        Assert.Equal((report.Calls, 0), (report.Served, report.Lost));
    }

    [Fact]
    public void No_call_is_lost_while_two_of_three_hang_from_one_moment_on()
    {
        SimulationReport report = Run(
            Equal(Three, more: llm => llm.Configure(o => o.Defaults.AttemptTimeout = S(5))),
            Scenario(200, 90).Hang("a", S(30), S(60)).Hang("b", S(30), S(60)));
        Assert.Equal((report.Calls, 0), (report.Served, report.Lost));
    }

    [Fact]
    public void No_call_is_lost_while_a_deployment_hangs_and_attempts_have_a_limit()
    {
        SimulationReport report = Run(
            Equal(Three, more: llm => llm.Configure(o => o.Defaults.AttemptTimeout = S(5))),
            Scenario(100, 180).Hang("a", S(30), S(120)));
        Assert.Equal((report.Calls, 0), (report.Served, report.Lost));
        Assert.True(report.Deployments[0].Errors.ContainsKey(LlmErrorKind.Timeout));
    }

    [Fact]
    public void No_call_is_lost_when_a_whole_group_is_down_and_another_may_serve()
    {
        SimulationReport report = Run(
            llm =>
            {
                Equal(Three)(llm);
                llm.AddOpenAICompatible("d", "http://127.0.0.1:1/v1").AddModelGroup("reserve", g => g.AddDeployment("d/m"));
                llm.AddModelGroup(Group, g => g.FallBackTo("reserve"));
            },
            Scenario(100, 120).Outage("a", S(30), S(60)).Outage("b", S(32), S(60)).Outage("c", S(34), S(60)));
        Assert.Equal((report.Calls, 0), (report.Served, report.Lost));
        Assert.True(report.Deployments.Single(d => d.Deployment == "d/m").Served > 1_000);
    }

    /// <summary>Nobody is cooling yet when the first calls have been to every sick deployment, and the reserve has no requests of its own.</summary>
    [Theory]
    [InlineData(LlmErrorKind.ServerError, 0)]
    [InlineData(LlmErrorKind.Network, 1)]
    public void No_call_is_lost_when_a_whole_group_goes_down_in_one_moment(LlmErrorKind kind, double streaming)
    {
        SimulationReport report = Run(
            llm =>
            {
                Equal(Three)(llm);
                llm.AddOpenAICompatible("d", "http://127.0.0.1:1/v1").AddModelGroup("reserve", g => g.AddDeployment("d/m"));
                llm.AddModelGroup(Group, g => g.FallBackTo("reserve"));
            },
            Scenario(500, 60, streaming: streaming).Outage("a", S(20), S(40), kind).Outage("b", S(20), S(40), kind).Outage("c", S(20), S(40), kind));
        Assert.Equal((report.Calls, 0), (report.Served, report.Lost));
        Assert.True(report.Deployments.Single(d => d.Deployment == "d/m").Served > 8_000);
    }

    [Fact]
    public void A_brown_out_and_a_limit_lose_no_call()
    {
        SimulationReport report = Run(
            Equal(Three),
            Scenario(100, 180, streaming: 0.5)
                .BrownOut("a", S(20), S(100), slowdown: 4, failureShare: 0.2)
                .RateLimit("b", S(40), S(160), requestsPerMinute: 600, retryAfter: S(3)));
        Assert.Equal((report.Calls, 0, 0), (report.Served, report.Lost, report.Cut));
        Assert.True(report.Deployments[1].Errors[LlmErrorKind.RateLimited] > 0);
    }

    [Fact]
    public void Streams_that_are_cut_are_counted_apart_and_no_other_call_is_lost()
    {
        SimulationReport report = Run(Equal(Three), Scenario(100, 120, streaming: 0.5).CutStreams("a", S(20), S(100), share: 0.02));
        Assert.InRange(report.Cut, 1, report.Calls / 50);
        Assert.Equal((report.Calls - report.Cut, 0), (report.Served, report.Lost));
        Assert.Equal(report.Cut, report.Errors[LlmErrorKind.StreamInterrupted]);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    public void A_deployment_has_its_full_share_again_within_cooldown_and_slow_start(double perSecond)
    {
        SimulationReport report = Run(Equal(Three), Scenario(perSecond, 240).Outage("a", S(60), S(100)));
        OutageReport outage = report.Outages.Single();
        Assert.NotNull(outage.LastCooldown);
        Assert.NotNull(outage.FullShareAfter);

        // Shares are seen by whole seconds, and the probe's answer takes its time.
        Assert.InRange(outage.FullShareAfter.Value, TimeSpan.Zero, outage.LastCooldown.Value + outage.SlowStart + S(4));
    }

    private SimulationReport Run(Action<ILlmStackBuilder> configure, SimulationScenario scenario)
    {
        SimulationReport report = Simulator.Run(configure, scenario);
        output.WriteLine(report.ToString());
        Assert.Equal(new SimulationLeftovers(0, 0, 0), report.Leftovers);
        return report;
    }
}
