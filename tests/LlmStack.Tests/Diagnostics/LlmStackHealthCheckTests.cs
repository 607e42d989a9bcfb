using LlmStack.Diagnostics;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NSubstitute;

namespace LlmStack.Tests.Diagnostics;

public sealed class LlmStackHealthCheckTests
{
    [Theory]
    [InlineData(0, 0, HealthStatus.Healthy, "Healthy: 2 of 2 deployments in, 0 cooling")]
    [InlineData(5, 0, HealthStatus.Degraded, "Degraded: 1 of 2 deployments in, 1 cooling")]
    [InlineData(5, 5, HealthStatus.Unhealthy, "Unhealthy: 0 of 2 deployments in, 2 cooling")]
    public async Task A_group_is_judged_by_its_cooldowns(int first, int second, HealthStatus expected, string data)
    {
        HealthReportEntry entry = await Check([Deployment("a", first), Deployment("b", second)]);
        Assert.Equal(expected, entry.Status);
        Assert.Equal(data, entry.Data["fast"]);
    }

    [Fact]
    public async Task The_worst_group_decides_and_only_the_wanted_ones_count()
    {
        DeploymentStatus[] deployments = [Deployment("a", 0), Deployment("b", 5, "smart")];
        HealthReportEntry all = await Check(deployments);
        Assert.Equal(HealthStatus.Unhealthy, all.Status);
        Assert.Equal("group smart is Unhealthy", all.Description);
        Assert.Equal(HealthStatus.Healthy, (await Check(deployments, options => options.Groups.Add("fast"))).Status);
    }

    [Fact]
    public async Task A_paused_sink_degrades()
    {
        var sink = Substitute.For<ITraceSink, ITraceSinkStatus>();
        ((ITraceSinkStatus)sink).PauseReason.Returns("401: wrong key or host");
        ((ITraceSinkStatus)sink).Delivered.Returns(5);
        ((ITraceSinkStatus)sink).Dropped.Returns(2);
        HealthReportEntry entry = await Check([Deployment("a", 0)], sink: sink);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("401: wrong key or host", entry.Data["traces"]);
        Assert.Equal((5L, 2L), (entry.Data["traces delivered"], entry.Data["traces dropped"]));
    }

    private static DeploymentStatus Deployment(string id, int cooling, string group = "fast") =>
        new(id, "p", "m", [group], 0, cooling == 0 ? null : TimeSpan.FromSeconds(cooling), null, null, 0, 0);

    private static async Task<HealthReportEntry> Check(DeploymentStatus[] deployments, Action<LlmStackHealthCheckOptions>? configure = null, ITraceSink? sink = null)
    {
        ILlmRouter router = Substitute.For<ILlmRouter>();
        router.GetDeployments().Returns(deployments);
        await using ServiceProvider services = Stack.Build(
            llm => _ = sink is null ? llm : llm.AddSink(sink),
            services: collection =>
            {
                collection.AddSingleton(router);
                collection.AddHealthChecks().AddLlmStackHealthCheck(configure: configure);
            });
        HealthReport report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return report.Entries["llmstack"];
    }
}
