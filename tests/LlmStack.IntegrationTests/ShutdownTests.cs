using LlmStack.IntegrationTests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>Spans that wait for their batch are delivered when the application ends, in whichever way it ends.</summary>
public sealed class ShutdownTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private OpenAITestServer _server = null!;
    private TraceReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _server = await OpenAITestServer.StartAsync();
        _receiver = await TraceReceiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Stopping_the_host_flushes()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Services.AddLlmStack(Configure);
        using IHost host = builder.Build();
        await host.StartAsync();

        await WorkAsync(host.Services);
        Assert.Empty(_receiver.Spans);
        await host.StopAsync().WaitAsync(Patience);

        AssertArrived();
    }

    [Fact]
    public async Task Disposing_the_provider_asynchronously_flushes()
    {
        ServiceProvider provider = new ServiceCollection().AddLogging().Also(services => services.AddLlmStack(Configure)).BuildServiceProvider();

        await WorkAsync(provider);
        await provider.DisposeAsync().AsTask().WaitAsync(Patience);

        AssertArrived();
    }

    [Fact]
    public async Task Disposing_the_provider_synchronously_flushes()
    {
        ServiceProvider provider = new ServiceCollection().AddLogging().Also(services => services.AddLlmStack(Configure)).BuildServiceProvider();

        await WorkAsync(provider);
        await Task.Run(provider.Dispose).WaitAsync(Patience);

        AssertArrived();
    }

    private void Configure(ILlmStackBuilder llm)
    {
        llm.AddOpenAICompatible("s1", _server.Address).AddModelGroup("fast", group => group.AddDeployment("s1/m"));
        TestStack.SendTo(llm, _receiver, langfuse => langfuse.FlushInterval = TimeSpan.FromHours(1));
    }

    private static async Task WorkAsync(IServiceProvider services)
    {
        using TraceScope trace = services.GetRequiredService<ILlmTracer>().StartTrace("work");
        await services.GetRequiredService<ILlmClient>().ChatAsync("fast", TestStack.Say("Hi")).WaitAsync(Patience);
        trace.Score("done", 1);
    }

    private void AssertArrived()
    {
        Assert.Equal(2, _receiver.Spans.Count);
        Assert.Contains(_receiver.Spans, span => span.Name == "work");
        Assert.Equal("done", Assert.Single(_receiver.Scores).Name);
    }
}
