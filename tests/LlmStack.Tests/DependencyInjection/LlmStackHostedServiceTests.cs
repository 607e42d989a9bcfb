using LlmStack.Configuration;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace LlmStack.Tests.DependencyInjection;

public sealed class LlmStackHostedServiceTests
{
    [Fact]
    public async Task Mistakes_stop_the_host_at_start_with_every_problem()
    {
        using IHost host = Build(llm => llm.AddOpenAICompatible("local", "nowhere").AddModelGroup("fast", static _ => { }), out _);
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("(2 problems)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_starts_and_stops_and_says_what_it_found()
    {
        using IHost host = Build(llm => llm.AddOpenAICompatible("local", "http://127.0.0.1:1/v1").AddModelGroup("fast", static group => group.AddDeployment("local/m")), out FakeLogCollector logs);
        await host.StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));
        FakeLogRecord line = Assert.Single(logs.GetSnapshot(), static record => record.Id.Id == 1000);
        Assert.Equal("LlmStack started: 1 providers, 1 groups, 1 deployments; traces to nowhere", line.Message);
    }

    private static IHost Build(Action<ILlmStackBuilder> configure, out FakeLogCollector logs)
    {
        var collector = logs = new FakeLogCollector();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IEnvironment>(new FakeEnvironment());
        builder.Logging.AddProvider(new FakeLoggerProvider(collector));
        builder.Services.AddLlmStack(configure);
        return builder.Build();
    }
}
