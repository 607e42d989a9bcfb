using LlmStack.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LlmStack.Tests.Configuration;

public sealed class SnapshotReloaderTests
{
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(
    [
        new("LlmStack:Providers:p:Endpoint", "http://127.0.0.1:1/v1"),
        new("LlmStack:Providers:q:Endpoint", "http://127.0.0.1:2/v1"),
        new("LlmStack:ModelGroups:g:Deployments:a:Model", "p/m"),
        new("LlmStack:ModelGroups:g:Deployments:b:Model", "q/m"),
    ]).Build();

    private readonly FakeLogCollector _logs = new();

    [Fact]
    public void A_valid_change_swaps_the_snapshot_and_keeps_state_and_unchanged_adapters()
    {
        using ServiceProvider services = Build();
        RoutingSnapshot before = services.Snapshot();
        before.Deployments["p/m"].Health.Enter();

        Change("LlmStack:ModelGroups:g:Deployments:a:Weight", "5");
        Change("LlmStack:Providers:q:Endpoint", "http://127.0.0.1:3/v1");

        RoutingSnapshot after = services.Snapshot();
        Assert.Equal((1, 3), (before.Version, after.Version));
        Assert.Equal(5, after.Groups["g"].Members[0].Weight);
        Assert.Equal(1, after.Deployments["p/m"].InFlight);
        Assert.Same(before.Deployments["p/m"].Health, after.Deployments["p/m"].Health);
        Assert.Same(before.Deployments["p/m"].Limits, after.Deployments["p/m"].Limits);
        Assert.Same(before.Providers["p"], after.Providers["p"]);
        Assert.NotSame(before.Providers["q"], after.Providers["q"]);
        Assert.Null(before.Groups["g"].Members[0].Weight);
    }

    [Fact]
    public void An_invalid_change_keeps_the_snapshot_and_is_logged_once()
    {
        using ServiceProvider services = Build();
        RoutingSnapshot before = services.Snapshot();

        Change("LlmStack:ModelGroups:g:Deployments:a:Weight", "-1");
        _configuration.Reload();
        _configuration.Reload();

        Assert.Same(before, services.Snapshot());
        FakeLogRecord record = Assert.Single(_logs.GetSnapshot(), static record => record.Level == LogLevel.Error);
        Assert.Equal(1002, record.Id.Id);
        Assert.Contains("LlmStack:ModelGroups:g:Deployments:a:Weight is -1", record.Message, StringComparison.Ordinal);

        Change("LlmStack:ModelGroups:g:Deployments:a:Weight", "2");
        Assert.Equal(2, services.Snapshot().Version);
        Assert.Equal(2, services.Snapshot().Groups["g"].Members[0].Weight);
    }

    [Fact]
    public void After_dispose_a_change_does_nothing()
    {
        ServiceProvider services = Build();
        SnapshotSource source = services.GetRequiredService<SnapshotSource>();
        services.Dispose();
        Change("LlmStack:ModelGroups:g:Deployments:a:Weight", "5");
        Assert.Equal(1, source.Current.Version);
    }

    private ServiceProvider Build()
    {
        ServiceProvider services = Stack.Build(configuration: _configuration, services: collection => collection.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs))));
        _ = services.Snapshot();
        return services;
    }

    private void Change(string key, string value)
    {
        _configuration[key] = value;
        _configuration.Reload();
    }
}
