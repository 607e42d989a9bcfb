using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>The call's wish wins over the provider's setting, which wins over the default.</summary>
public sealed class FidelityWishesTests
{
    [Theory]
    [InlineData(UnsupportedFields.Default, UnsupportedFields.Default, UnsupportedFields.Default)]
    [InlineData(UnsupportedFields.Drop, UnsupportedFields.Default, UnsupportedFields.Drop)]
    [InlineData(UnsupportedFields.Drop, UnsupportedFields.Fail, UnsupportedFields.Fail)]
    public async Task The_policy_for_unsupported_fields_reaches_the_adapter(UnsupportedFields provider, UnsupportedFields call, UnsupportedFields inForce)
    {
        NotingProvider noting = await AskAsync(options => options.UnsupportedFields = provider, new RoutingOptions { UnsupportedFields = call });
        Assert.Equal(inForce, noting.Policy);
    }

    [Fact]
    public async Task Repair_and_breakpoints_reach_the_adapter()
    {
        NotingProvider byDefault = await AskAsync(static _ => { }, null);
        Assert.Equal((true, false), (byDefault.Repairs, byDefault.Breaks));
        NotingProvider byProvider = await AskAsync(static options => (options.RepairHistory, options.CacheBreakpoints) = (false, true), null);
        Assert.Equal((false, true), (byProvider.Repairs, byProvider.Breaks));
        NotingProvider byCall = await AskAsync(static options => options.RepairHistory = false, new RoutingOptions { RepairHistory = true, CacheBreakpoints = true });
        Assert.Equal((true, true), (byCall.Repairs, byCall.Breaks));
    }

    private static async Task<NotingProvider> AskAsync(Action<ProviderOptions> configure, RoutingOptions? wishes)
    {
        var noting = new NotingProvider();
        await using ServiceProvider services = Stack.Build(llm => llm.AddProvider("noting", provider =>
        {
            provider.UseProvider(_ => noting);
            configure(provider.Options);
        }));
        ILlmClient client = services.GetRequiredService<ILlmClient>();
        ChatOptions? options = wishes is null ? null : ((ChatOptions?)null).WithRouting(wishes);
        await client.ChatAsync("noting/m", [new ChatMessage(ChatRole.User, "hi")], options);
        return noting;
    }

    private sealed class NotingProvider : ILlmProvider
    {
        public UnsupportedFields Policy { get; private set; }

        public bool Repairs { get; private set; }

        public bool Breaks { get; private set; }

        public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
        {
            (Policy, Repairs, Breaks) = (call.FieldPolicy, call.RepairHistory, call.CacheBreakpoints);
            return new(new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok")));
        }

        public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;
    }
}
