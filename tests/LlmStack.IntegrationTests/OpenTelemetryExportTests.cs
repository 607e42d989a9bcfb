using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>What OpenTelemetry's own OTLP exporter sends of a call, decoded as it arrives.</summary>
public sealed class OpenTelemetryExportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_exporter_sends_the_spans_that_the_sinks_see_under_the_conventions(bool content)
    {
        List<ReceivedSpan> received = [];
        await using LoopbackServer server = await LoopbackServer.StartAsync(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            lock (received)
            {
                received.AddRange(OtlpDecoder.Decode(body.ToArray()));
            }
        });
        var sink = new RecordingTraceSink();
        using (TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("shop"))
            .AddLlmStackInstrumentation()
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new Uri(server.Address + "/v1/traces");
            })
            .Build())
        {
            await RunAsync(sink, content);
            Assert.True(provider.ForceFlush(30_000));
        }

        Assert.Equal(["attempt 1", "attempt 2", "chat fast", "job", "search"], sink.Spans.Select(span => span.Name).Order(StringComparer.Ordinal));

        // Other tests run beside this one, and a listener hears them all.
        received.RemoveAll(span => span.TraceId != sink.Spans[0].TraceId.ToString());
        Assert.Equal(sink.Spans.Count, received.Count);
        foreach (SpanData span in sink.Spans)
        {
            ReceivedSpan sent = received.Single(one => one.SpanId == span.SpanId.ToString());
            Assert.Equal(span.TraceId.ToString(), sent.TraceId);
            Assert.Equal(span.ParentSpanId.IsEmpty ? "" : span.ParentSpanId.ToString(), sent.ParentSpanId);
            Assert.Equal(span.StartTime.UtcTicks, DateTime.UnixEpoch.Ticks + ((long)sent.StartUnixNanos / 100));
            Assert.Equal("shop", sent.Resource["service.name"]);
            Assert.Equal("u", sent.Text("user.id"));
            Assert.Equal("s", sent.Text("gen_ai.conversation.id"));
        }

        ReceivedSpan call = Assert.Single(received, span => span.Text("llmstack.attempts") == "2");
        Assert.Equal("chat m", call.Name);
        ReceivedSpan answered = received.Single(span => span.Text("llmstack.attempt") == "2");
        Assert.Equal("chat", answered.Text("gen_ai.operation.name"));
        Assert.Equal("m", answered.Text("gen_ai.request.model"));
        Assert.Equal("10", answered.Text("gen_ai.usage.input_tokens"));
        Assert.Equal("3", answered.Text("gen_ai.usage.output_tokens"));
        Assert.Equal("b/m", answered.Text("llmstack.deployment"));
        Assert.Equal("greeting", answered.Text("gen_ai.prompt.name"));
        Assert.Equal("Overloaded", received.Single(span => span.Text("llmstack.attempt") == "1").Text("error.type"));
        ReceivedSpan search = received.Single(span => span.Text("gen_ai.operation.name") == "retrieval");
        Assert.Equal("pages", search.Text("gen_ai.data_source.id"));
        Assert.Equal("4", search.Text("gen_ai.request.top_k"));

        // Content is on none of them unless it was asked for there.
        bool leaked = received.Any(span => span.Attributes.Values.OfType<string>().Any(value => value.Contains("secret", StringComparison.Ordinal)));
        Assert.Equal(content, leaked);
    }

    private static async Task RunAsync(RecordingTraceSink sink, bool content)
    {
        var a = new ScriptedProvider();
        var b = new ScriptedProvider();
        a.OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);
        b.OnOtherCalls.Answer("the secret").Usage(10, 3);
        var services = new ServiceCollection();
        services.AddLlmStack(llm => llm
            .AddScriptedProvider("a", a)
            .AddScriptedProvider("b", b)
            .AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1))
            .AddSink(sink)
            .Configure(o => o.Tracing.CaptureContentOnActivities = content));
        await using ServiceProvider built = services.BuildServiceProvider();
        using TraceScope trace = built.GetRequiredService<ILlmTracer>().StartTrace("job", new TraceContext { UserId = "u", SessionId = "s" });
        using (SpanScope search = trace.StartSpan("search", ObservationType.Retriever))
        {
            search.Index = "pages";
            search.TopK = 4;
        }

        await built.GetRequiredService<ILlmClient>().ChatAsync("fast", "secret?", new ChatOptions().WithPrompt(new PromptReference("greeting", 1)));
    }
}
