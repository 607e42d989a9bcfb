using LlmStack.Testing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Calls;

/// <summary>A group <c>g</c> of two deployments of model <c>m</c> at real sockets, asked in turn.</summary>
internal sealed class MediaHarness : IAsyncDisposable
{
    private readonly LlmStackInstance _stack;

    public MediaHarness(RawHttpServer first, RawHttpServer second, ModelPrice? price = null) =>
        _stack = LlmClientFactory.Create(llm => llm
            .AddSink(Traces)
            .AddOpenAICompatible("one", first.Address.ToString())
            .AddOpenAICompatible("two", second.Address.ToString())
            .AddModelGroup("g", g => g
                .AddDeployment("one/m", d => d.Price = price)
                .AddDeployment("two/m", d => { d.Order = 1; d.Price = price; })));

    public RecordingTraceSink Traces { get; } = new();

    public ILlmClient Client => _stack.Client;

    public ValueTask DisposeAsync() => _stack.DisposeAsync();
}
