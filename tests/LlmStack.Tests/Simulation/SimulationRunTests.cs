using System.Text;
using LlmStack.Routing;
using LlmStack.Testing.Simulation;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Xunit.Abstractions;
using static LlmStack.Tests.Simulation.SimulationSetups;

namespace LlmStack.Tests.Simulation;

public sealed class SimulationRunTests(ITestOutputHelper output)
{
    private static readonly SimulationLeftovers Nothing = new(0, 0, 0);

    [Fact]
    public void Nothing_leaks_after_a_million_mixed_outcomes()
    {
        var scenario = new SimulationScenario("a million") { Duration = S(1_000), Arrivals = ArrivalPattern.Poisson(1_000).ChangeTo(S(400), 1_500).ChangeTo(S(600), 900).Burst(S(100), 2_000) }
            .AddCalls(Group, static c => c.Weight = 8)
            .AddCalls(Group, static c => { c.Weight = 1; c.StreamingShare = 1; })
            .AddCalls(Group, static c => { c.Weight = 0.2; c.Options = new ChatOptions().WithRouting(new RoutingOptions { Deadline = S(1.2), MaxAttempts = 2 }); })
            .Outage("a", S(50), S(90))
            .Hang("b", S(100), S(130))
            .BrownOut("c", S(150), S(300), slowdown: 3, failureShare: 0.1)
            .RateLimit("d", S(200), S(500), requestsPerMinute: 6_000, retryAfter: S(2))
            .CutStreams("e", S(0), S(1_000), share: 0.05)
            .Outage("b", S(600), S(640), LlmErrorKind.Authentication)
            .Change(S(300), static options => options.ModelGroups[Group].Deployments.Values.First().Weight = 5);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        SimulationReport report = Simulator.Run(
            Equal(FiveModels, RoutingStrategy.LeastBusy, llm =>
            {
                llm.Configure(static o => o.Defaults.AttemptTimeout = S(8));
                llm.AddModelGroup(Group, static g => g.AddDeployment("e/m", static d => { d.RequestsPerMinute = 30_000; d.TokensPerMinute = 9_000_000; }));
            }),
            scenario);
        output.WriteLine($"{report.Calls / watch.Elapsed.TotalSeconds:0} calls a second{Environment.NewLine}{report}");
        Assert.InRange(report.Calls, 1_000_000, 1_200_000);
        Assert.Equal(Nothing, report.Leftovers);
        Assert.Equal(report.Calls, report.Served + report.Lost + report.Cut + report.Refused);
        Assert.True(report.Cut > 100 && report.Errors.ContainsKey(LlmErrorKind.Timeout), "The mix was meant to hold cut streams and timeouts.");
    }

    [Fact]
    public void Equal_seeds_write_the_same_bytes_and_others_do_not()
    {
        byte[] first = Log(seed: 7);
        Assert.True(first.Length > 100_000);
        Assert.True(first.AsSpan().SequenceEqual(Log(seed: 7)), "Two runs with one seed differ.");
        Assert.False(first.AsSpan().SequenceEqual(Log(seed: 8)), "Another seed changed nothing.");
    }

    [Fact]
    public void The_log_names_calls_attempts_and_cooldowns()
    {
        string log = Encoding.UTF8.GetString(Log(seed: 7));
        Assert.Matches(@"(?m)^\d+\.\d{7} call \d+ served by [abc]/m in [\d.]+ ms \(picked by Weighted\)$", log);
        Assert.Matches(@"(?m) call \d+ served by [bc]/m .*\(after ServerError at a/m: picked by Weighted\); a/m ServerError 50 ms; [bc]/m ok [\d.]+ ms$", log);
        Assert.Matches(@"(?m)^\d+\.\d{7} a/m cools for [\d.]+ s after ServerError$", log);
        Assert.Matches(@"(?m)^\d+\.\d{7} a/m is back$", log);
        Assert.Matches(@"(?m)^20\.0000000 configuration 2$", log);
    }

    [Fact]
    public void A_configuration_file_is_enough_and_no_key_is_needed()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LlmStack:Providers:openai:Type"] = "OpenAI",
            ["LlmStack:ModelGroups:chat:Deployments:one:Model"] = "openai/gpt-5.4-mini",
            ["LlmStack:ModelGroups:chat:Deployments:one:RequestsPerMinute"] = "1200",
            ["LlmStack:ModelGroups:chat:Deployments:one:Price:InputPerMillion"] = "1",
            ["LlmStack:ModelGroups:chat:Deployments:one:Price:OutputPerMillion"] = "0",
        }).Build();
        SimulationReport report = Simulator.Run(configuration, new SimulationScenario("file") { Duration = S(30), Arrivals = ArrivalPattern.Regular(10) }.AddCalls(Group, static c => c.InputTokens = 1_000));
        Assert.Equal((299, 299), (report.Calls, report.Served));
        Assert.Equal(0.299m, report.Cost);
        Assert.InRange(report.MedianLatency!.Value, S(0.5), S(2));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Contains("'x' in the scenario 'test' is neither a deployment nor a provider; known are a/m, b/m, c/m", Assert.Throws<ArgumentException>(() => Simulator.Run(Equal(Three), Scenario(1, 1).Outage("x", S(0), S(1)))).Message, StringComparison.Ordinal);
        Assert.Contains("has no calls", Assert.Throws<ArgumentException>(() => Simulator.Run(Equal(Three), new SimulationScenario("empty"))).Message, StringComparison.Ordinal);
        Assert.Contains("the end after the beginning", Assert.Throws<ArgumentException>(() => Scenario(1, 1).Hang("a", S(2), S(2))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Scenario(1, 1).CutStreams("a", S(0), S(1), 1.5));
        Assert.Contains("Deployments", Assert.Throws<OptionsValidationException>(() => Simulator.Run(static llm => llm.AddModelGroup("chat", static g => g.AddDeployment("nobody/m")), Scenario(1, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("unheard", Assert.Throws<OptionsValidationException>(() => Simulator.Run(Equal(Three), Scenario(1, 2).Change(S(1), static o => o.ModelGroups[Group].Strategy = "unheard"))).Message, StringComparison.Ordinal);
    }

    private static byte[] Log(ulong seed)
    {
        using var bytes = new MemoryStream();
        using (var writer = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            Simulator.Run(
                Equal(Three),
                Scenario(200, 90, seed, streaming: 0.3)
                    .Outage("a", S(10), S(40))
                    .BrownOut("b", S(20), S(60), slowdown: 2, failureShare: 0.1)
                    .CutStreams("c", S(30), S(60), 0.05)
                    .Change(S(20), static o => o.Defaults.MaxAttempts = 5),
                writer);
        }

        return bytes.ToArray();
    }
}
