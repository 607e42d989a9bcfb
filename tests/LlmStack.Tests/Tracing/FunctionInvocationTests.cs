using System.Diagnostics;
using LlmStack.Tests.Calls;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class FunctionInvocationTests : IDisposable
{
    private readonly CallHarness _h = new(
        llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m")).AddModelGroup("inner", g => g.AddDeployment("b/m")),
        "a",
        "b");

    public FunctionInvocationTests()
    {
        _h["a"].OnCall(1).CallTool("weather", new Dictionary<string, object?> { ["city"] = "Bonn" }, "call-1");
        _h["a"].OnCall(2).Answer("Rain in Bonn.").Usage(20, 4);
    }

    public void Dispose() => _h.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_loop_its_calls_and_its_tools_are_one_tree_with_content(bool streams, bool openTelemetry)
    {
        var exported = new List<Activity>();
        using TracerProvider? provider = openTelemetry ? Sdk.CreateTracerProviderBuilder().AddSource("LlmStack").AddInMemoryExporter(exported).Build() : null;
        using (_h.Tracer.StartTrace("question", new TraceContext { UserId = "u" }))
        {
            await AskAsync(streams, [AIFunctionFactory.Create(WeatherAsync, "weather")]);
        }

        SpanData trace = _h.Traces.Single("question");
        SpanData loop = _h.Traces.ShouldHaveChild(trace, "orchestrate_tools", ObservationType.Chain);
        SpanData[] below = [.. _h.Traces.ChildrenOf(loop).OrderBy(span => span.Type)];
        Assert.Equal(["chat fast", "chat fast", "weather"], below.Select(span => span.Name));
        Assert.Equal([ObservationType.Generation, ObservationType.Generation, ObservationType.Tool], below.Select(span => span.Type));
        Assert.Equal("""{"city":"Bonn"}""", below[2].GetInputJson());
        Assert.Equal("\"Rain\"", below[2].GetOutputJson());
        SpanData nested = _h.Traces.ShouldHaveChild(below[2], "chat inner", ObservationType.Generation);
        Assert.All(_h.Traces.Spans, span => Assert.Equal(trace.TraceId, span.TraceId));
        Assert.All(_h.Traces.Spans, span => Assert.Equal("u", span.Context.UserId));
        Assert.Equal(5, _h.Traces.Spans.Count - 1);
        Assert.Contains("What is the weather?", loop.GetInputJson(), StringComparison.Ordinal);
        Assert.Contains("Rain in Bonn.", loop.GetOutputJson(), StringComparison.Ordinal);
        Assert.Null(loop.Usage);
        Assert.Null(AmbientScope.Current);
        if (openTelemetry)
        {
            Assert.Equal(6, exported.Count);
            foreach (SpanData span in _h.Traces.Spans)
            {
                Activity activity = Assert.Single(exported, a => SpanId.From(a.SpanId) == span.SpanId);
                Assert.Equal(span.ParentSpanId, SpanId.From(activity.ParentSpanId));
            }

            Assert.Equal("execute_tool", exported.Single(a => a.OperationName == "weather").GetTagItem("gen_ai.operation.name"));
        }

        Assert.Null(Activity.Current);
        Assert.False(nested.ParentSpanId.IsEmpty);
    }

    [Fact]
    public async Task Without_a_trace_of_the_users_the_loop_is_one_trace()
    {
        await AskAsync(streams: false, [AIFunctionFactory.Create(() => "Rain", "weather")]);
        await _h.Client.ChatAsync("inner", "Hello");

        SpanData loop = _h.Traces.Single("orchestrate_tools");
        Assert.True(loop.ParentSpanId.IsEmpty);
        Assert.Equal(3, _h.Traces.ChildrenOf(loop).Count);
        Assert.NotEqual(loop.TraceId, _h.Traces.Single("chat inner").TraceId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tool_that_throws_is_an_error_and_so_is_what_asked_for_it(bool streams)
    {
        static string Broken() => throw new InvalidOperationException("no weather today");

        using (_h.Tracer.StartTrace("question"))
        {
            await AskAsync(streams, [AIFunctionFactory.Create(Broken, "weather")]);
        }

        SpanData tool = _h.Traces.Single("weather");
        Assert.Equal(ObservationLevel.Error, tool.Level);
        Assert.Equal("no weather today", tool.StatusMessage);
        Assert.Equal("""{"city":"Bonn"}""", tool.GetInputJson());
        Assert.Equal(ObservationLevel.Default, _h.Traces.Named("chat fast")[0].Level);
    }

    [Fact]
    public async Task Tools_that_run_side_by_side_keep_their_own_content()
    {
        _h["a"].OnCall(1).CallTool("clock", new Dictionary<string, object?> { ["zone"] = "UTC" }, "call-2");
        using IChatClient agent = new FunctionInvokingChatClient(_h.Client.AsIChatClient("fast")) { AllowConcurrentInvocation = true };
        var together = new Barrier(2);

        string Meet(string answer)
        {
            Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(30)));
            return answer;
        }

        await agent.GetResponseAsync("What?", new ChatOptions { Tools = [AIFunctionFactory.Create(() => Task.Run(() => Meet("Rain")), "weather"), AIFunctionFactory.Create(() => Task.Run(() => Meet("12:00")), "clock")] });

        Assert.Equal("\"Rain\"", _h.Traces.Single("weather").GetOutputJson());
        Assert.Equal("\"12:00\"", _h.Traces.Single("clock").GetOutputJson());
        Assert.Equal(4, _h.Traces.ChildrenOf(_h.Traces.Single("orchestrate_tools")).Count);
    }

    [Fact]
    public async Task A_loop_that_ends_with_its_tool_still_has_the_tools_span()
    {
        using IChatClient agent = _h.Client.AsIChatClient("fast").AsBuilder().UseFunctionInvocation().Build();
        await agent.GetResponseAsync("What?", new ChatOptions { Tools = [AIFunctionFactory.Create(Last, "weather")] });

        Assert.Equal(_h.Traces.Single("orchestrate_tools").SpanId, _h.Traces.Single("weather").ParentSpanId);
        Assert.Equal(3, _h.Traces.Spans.Count);

        static string Last()
        {
            FunctionInvokingChatClient.CurrentContext!.Terminate = true;
            return "done";
        }
    }

    [Fact]
    public async Task The_loop_adds_up_the_usage_on_its_answer_and_not_on_the_routes_of_its_calls()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = new ModelPrice { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 })), "a");
        h["a"].OnCall(1).CallTool("weather").Usage(10, 2);
        h["a"].OnCall(2).Answer("Rain").Usage(20, 3);
        using IChatClient agent = h.Client.AsIChatClient("fast").AsBuilder().UseFunctionInvocation().Build();

        ChatResponse answer = await agent.GetResponseAsync("What?", new ChatOptions { Tools = [AIFunctionFactory.Create(() => "Rain", "weather")] });

        Assert.Equal(30, answer.Usage!.InputTokenCount);
        Assert.Equal([23m, 12m], h.Router.GetRecentCalls().Select(route => route.Cost.Total!.Value));
        Assert.Equal(35m, h.Traces.Spans.Sum(span => span.Cost ?? 0));
    }

    [Fact]
    public async Task Clients_of_two_containers_keep_to_their_own_traces()
    {
        using CallHarness other = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m")), "a");
        using IChatClient agent = other.Client.AsIChatClient("fast").AsBuilder().UseFunctionInvocation().Build();
        await AskAsync(streams: false, [AIFunctionFactory.Create(() => "Rain", "weather")]);
        await agent.GetResponseAsync("Hello");

        Assert.Equal(4, _h.Traces.Spans.Count);
        Assert.Equal(["chat fast", "orchestrate_tools"], other.Traces.Spans.Select(span => span.Name));
    }

    private async Task<string> WeatherAsync(string city)
    {
        ChatResponse inner = await _h.Client.ChatAsync("inner", "Look at the sky of " + city);
        return inner.Text.Length > 0 ? "Rain" : "";
    }

    private async Task AskAsync(bool streams, IList<AITool> tools)
    {
        using IChatClient agent = _h.Client.AsIChatClient("fast").AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = tools };
        string text = "";
        if (streams)
        {
            await foreach (ChatResponseUpdate update in agent.GetStreamingResponseAsync("What is the weather?", options))
            {
                text += update.Text;
                await Task.Yield();
            }
        }
        else
        {
            text = (await agent.GetResponseAsync("What is the weather?", options)).Text;
        }

        Assert.Equal("Rain in Bonn.", text);
    }
}
