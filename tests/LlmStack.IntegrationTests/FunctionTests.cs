using FunctionSample;
using Microsoft.Extensions.DependencyInjection;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>The sample of a function that is frozen between its invocations.</summary>
public sealed class FunctionTests
{
    [Fact]
    public async Task Each_invocation_is_delivered_when_its_handler_returns()
    {
        await using DemoProviderServer provider = await DemoProviderServer.StartAsync(failFirst: 0, tokenDelay: TimeSpan.Zero);
        await using TraceReceiver receiver = await TraceReceiver.StartAsync();
        await using ServiceProvider services = QuestionFunction.ColdStart(provider.Address, receiver.Address, TraceReceiver.PublicKey, TraceReceiver.SecretKey);
        QuestionFunction function = services.GetRequiredService<QuestionFunction>();
        for (int invocation = 1; invocation <= 2; invocation++)
        {
            Assert.NotEmpty(await function.InvokeAsync("The zoo opens at nine. When does the zoo open?"));
            Assert.Equal(2 * invocation, receiver.Spans.Count);
            Assert.Equal(invocation, receiver.Scores.Count);
        }
    }
}
