using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using QuickStart;

namespace LlmStack.IntegrationTests.Support;

/// <summary>A whole LlmStack behind a real service provider, with the logs it wrote.</summary>
internal sealed class TestStack : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    private TestStack(ServiceProvider provider) => _provider = provider;

    public IServiceProvider Services => _provider;

    public ILlmClient Client => _provider.GetRequiredService<ILlmClient>();

    public ILlmTracer Tracer => _provider.GetRequiredService<ILlmTracer>();

    public FakeLogCollector Logs => _provider.GetRequiredService<FakeLogCollector>();

    public static TestStack Create(Action<ILlmStackBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddFakeLogging();
        services.AddLlmStack(configure);
        return new TestStack(services.BuildServiceProvider());
    }

    /// <summary>A group <c>fast</c> over these servers, each a provider named <c>s1</c>, <c>s2</c> … with the model <c>m</c>, asked in this order.</summary>
    public static TestStack Over(IReadOnlyList<OpenAITestServer> servers, TraceReceiver? receiver = null, Action<CallPolicyOptions>? policy = null) => Create(llm =>
    {
        for (int i = 0; i < servers.Count; i++)
        {
            llm.AddOpenAICompatible($"s{i + 1}", servers[i].Address);
        }

        llm.AddModelGroup("fast", group =>
        {
            for (int i = 0; i < servers.Count; i++)
            {
                int order = i;
                group.AddDeployment($"s{i + 1}/m", d =>
                {
                    d.Order = order;
                    d.Price = new ModelPrice { InputPerMillion = 1 + order, OutputPerMillion = 10 * (1 + order) };
                });
            }

            group.Configure(options => policy?.Invoke(options.Policy ??= new CallPolicyOptions()));
        });
        SendTo(llm, receiver);
    });

    public static void SendTo(ILlmStackBuilder llm, TraceReceiver? receiver, Action<LangfuseOptions>? configure = null) => llm.AddLangfuse(langfuse =>
    {
        langfuse.Enabled = receiver is not null;
        langfuse.BaseUrl = receiver?.Address;
        langfuse.PublicKey = TraceReceiver.PublicKey;
        langfuse.SecretKey = TraceReceiver.SecretKey;
        configure?.Invoke(langfuse);
    });

    public static ChatMessage[] Say(string text) => [new ChatMessage(ChatRole.User, text)];

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
