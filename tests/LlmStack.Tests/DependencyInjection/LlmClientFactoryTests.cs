using LlmStack.Tests.Configuration;
using LlmStack.Tracing;
using NSubstitute;

namespace LlmStack.Tests.DependencyInjection;

public sealed class LlmClientFactoryTests
{
    [Fact]
    public async Task A_client_is_made_without_a_host_and_disposed_both_ways()
    {
        LlmStackInstance instance = LlmClientFactory.Create(llm => llm
            .AddProvider("mine", provider => provider.UseChatClient(_ => new NullChatClient()))
            .AddModelGroup("fast", group => group.AddDeployment("mine/any")));
        Assert.NotNull(instance.Client);
        Assert.Same(instance.Client, instance.Client);
        Assert.NotNull(instance.Tracer);
        Assert.Single(instance.Services.Snapshot().Groups);
        instance.Dispose();
        await instance.DisposeAsync();
    }

    [Fact]
    public void Mistakes_are_one_configuration_error()
    {
        LlmException error = Assert.Throws<LlmException>(() => LlmClientFactory.Create(llm => llm
            .AddOpenAICompatible("local", "localhost")
            .AddModelGroup("fast", group => group.AddDeployment("lokal/m"))));
        Assert.Equal(LlmErrorKind.Configuration, error.Kind);
        Assert.Contains("LlmStack:Providers:local:Endpoint is 'localhost'", error.Message, StringComparison.Ordinal);
        Assert.Contains("LlmStack:ModelGroups:fast:Deployments:lokal/m:Model is 'lokal/m'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sink_given_as_an_instance_is_not_disposed()
    {
        var sink = Substitute.For<ITraceSink, IDisposable>();
        LlmStackInstance instance = LlmClientFactory.Create(llm => llm.AddSink(sink));
        _ = instance.Tracer;
        instance.Dispose();
        ((IDisposable)sink).DidNotReceive().Dispose();
    }
}
