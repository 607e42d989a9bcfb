using LlmStack.Configuration;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

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

    [Fact]
    public async Task A_deployment_of_a_model_that_was_shut_down_is_a_warning_at_start()
    {
        using IHost host = Build(
            llm => llm.AddOpenAICompatible("local", "http://127.0.0.1:1/v1").AddModelGroup("fast", static group => group
                .AddDeployment("local/old", static d => d.BaseModel = "anthropic/claude-3-opus-latest")
                .AddDeployment("local/new", static d => d.BaseModel = "openai/gpt-5.4")),
            out FakeLogCollector logs,
            new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero)));
        await host.StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));
        FakeLogRecord line = Assert.Single(logs.GetSnapshot(), static record => record.Id.Id == 1012);
        Assert.StartsWith("local/old calls anthropic/claude-3-opus-latest, which was to be shut down on", line.Message, StringComparison.Ordinal);
    }

    private static IHost Build(Action<ILlmStackBuilder> configure, out FakeLogCollector logs, TimeProvider? time = null)
    {
        var collector = logs = new FakeLogCollector();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IEnvironment>(new FakeEnvironment());
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Logging.AddProvider(new FakeLoggerProvider(collector));
        builder.Services.AddLlmStack(configure);
        return builder.Build();
    }
}
