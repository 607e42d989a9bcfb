using System.Diagnostics;
using LlmStack.Tests.Calls;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LlmStack.Tests.Tracing;

/// <summary>Microsoft.Extensions.AI's own telemetry around an adapter of ours: one span for one call.</summary>
[Collection(ActivitiesInTurn.Name)]
public sealed class OtherTelemetryTests : IDisposable
{
    private const string OtherSource = "Experimental.Microsoft.Extensions.AI";
    private readonly List<Activity> _exported = [];
    private readonly TracerProvider _provider;
    private readonly CallHarness _h = new(
        llm => llm
            .AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d =>
            {
                d.Order = 1;
                d.Price = new ModelPrice { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };
            }))
            .AddModelGroup("vectors", g => g.AddDeployment("a/v")),
        "a",
        "b");

    public OtherTelemetryTests() => _provider = Sdk.CreateTracerProviderBuilder().AddSource("LlmStack").AddSource(OtherSource).AddInMemoryExporter(_exported).Build();

    public void Dispose()
    {
        _provider.Dispose();
        _h.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_one_activity_that_carries_our_route_and_one_span_in_the_sink(bool streams)
    {
        using (_h.Tracer.StartTrace("job"))
        {
            await AskAsync(streams);
        }

        Assert.Equal(["chat fast", "job"], _exported.Select(a => a.DisplayName));
        Activity call = _exported[0];
        Assert.Equal(OtherSource, call.Source.Name);
        Assert.Equal("a/m", call.GetTagItem("llmstack.deployment"));
        Assert.Equal("fast", call.GetTagItem("llmstack.group"));
        Assert.Equal(["chat fast", "job"], _h.Traces.Spans.Select(span => span.Name));
        Assert.Equal(_h.Traces.Single("job").SpanId, _h.Traces.Single("chat fast").ParentSpanId);
        Assert.Equal(TraceId.From(call.TraceId), _h.Traces.Single("chat fast").TraceId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempts_go_below_the_activity_that_stands_for_the_call_and_count_no_token_twice(bool streams)
    {
        _h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        _h["b"].OnCall(1).Answer("ok").Usage(3, 2);

        await AskAsync(streams);

        Activity call = Assert.Single(_exported, a => a.Source.Name == OtherSource);
        Activity[] attempts = [.. _exported.Where(a => a.Source.Name == "LlmStack")];
        Assert.Equal(2, attempts.Length);
        Assert.All(attempts, attempt => Assert.Equal(call.SpanId, attempt.ParentSpanId));
        Assert.Equal(1, _exported.Count(a => a.GetTagItem("gen_ai.usage.input_tokens") is not null));
        Assert.Equal(2, call.GetTagItem("llmstack.attempts"));

        // The sink's tree is whole, whoever made the activities.
        SpanData root = _h.Traces.Single("chat fast");
        Assert.Equal(2, _h.Traces.ChildrenOf(root).Count);
        Assert.Equal(5m, _h.Traces.Spans.Sum(span => span.Cost ?? 0));
    }

    [Fact]
    public async Task Embeddings_are_one_activity_too()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = _h.Client.AsIEmbeddingGenerator("vectors").AsBuilder().UseOpenTelemetry().Build();
        await generator.GenerateAsync(["text"]);

        Assert.Equal(OtherSource, Assert.Single(_exported).Source.Name);
        Assert.Equal("embeddings vectors", Assert.Single(_h.Traces.Spans).Name);
    }

    [Fact]
    public async Task Where_nobody_exports_the_others_source_ours_is_the_activity()
    {
        _provider.Dispose();
        var exported = new List<Activity>();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource("LlmStack").AddInMemoryExporter(exported).Build();
        await AskAsync(streams: false);

        Assert.Equal("LlmStack", Assert.Single(exported).Source.Name);
    }

    private async Task AskAsync(bool streams)
    {
        using IChatClient client = _h.Client.AsIChatClient("fast").AsBuilder().UseOpenTelemetry().Build();
        if (!streams)
        {
            await client.GetResponseAsync("Hello");
            return;
        }

        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("Hello"))
        {
            Assert.NotNull(update);
        }
    }
}
