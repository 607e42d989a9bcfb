using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Testing;

/// <summary>The package as its users meet it: registered beside the application's own groups.</summary>
public sealed class TestingPackageTests
{
    [Fact]
    public async Task A_scripted_provider_and_a_recording_sink_show_a_fallback_from_end_to_end()
    {
        var provider = new ScriptedProvider();
        provider.OnCall(1).Throw(LlmErrorKind.Overloaded);
        provider.OnCall(2).Answer("Hello").Usage(input: 7, output: 2);
        var sink = new RecordingTraceSink();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLlmStack(llm => llm
            .AddScriptedProvider("fake", provider)
            .AddModelGroup("fast", group => group
                .AddDeployment("fake/a")
                .AddDeployment("fake/b", d => d.Order = 1))
            .AddSink(sink));
        await using ServiceProvider container = services.BuildServiceProvider();

        ChatResponse answer;
        using (TraceScope trace = container.GetRequiredService<ILlmTracer>().StartTrace("greet"))
        {
            answer = await container.GetRequiredService<ILlmClient>().ChatAsync("fast", "Hi").WaitAsync(TimeSpan.FromSeconds(30));
            trace.Score("polite", 1);
        }

        Assert.Equal("Hello", answer.Text);
        Assert.Equal(["a", "b"], provider.Calls.Select(call => call.Model));
        SpanData call = sink.ShouldHaveChild("greet", "chat fast");
        Assert.Equal(ObservationLevel.Warning, sink.ShouldHaveChild(call, "attempt 1", ObservationType.Generation).Level);
        Assert.Equal(7, sink.ShouldHaveChild(call, "attempt 2", ObservationType.Generation).Usage?.InputTokenCount);
        Assert.Equal(answer.GetRoute()?.TraceId, sink.ShouldHaveScore("polite", 1).TraceId);
        sink.ShouldHaveNoErrors();
    }
}
