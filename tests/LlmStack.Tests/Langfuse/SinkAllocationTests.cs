using System.Net;
using LlmStack.Langfuse;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Langfuse.Spooling;
using LlmStack.Tests.Support;
using LlmStack.Tests.Tracing;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace LlmStack.Tests.Langfuse;

/// <summary>Bytes of the whole process, so nothing else may run beside.</summary>
[Collection(ActivitiesInTurn.Name)]
public sealed class SinkAllocationTests(ITestOutputHelper output)
{
    private const int Batch = 512;
    private const int Batches = 100;

    private const long Allowed = 16;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivered_span_stays_within_16_bytes_with_the_senders_share(bool gzip)
    {
        await using ServiceProvider services = Stack.Build(llm =>
        {
            llm.AddLangfuse(langfuse =>
            {
                langfuse.BaseUrl = "http://langfuse.example";
                langfuse.PublicKey = "pk";
                langfuse.SecretKey = "sk";
                langfuse.Gzip = gzip;
            });
            llm.Services.AddHttpClient(LangfuseTraceSink.HttpClientName).ConfigurePrimaryHttpMessageHandler(static () => new Taker());
        });
        LlmTracer tracer = services.GetRequiredService<LlmTracer>();
        for (int i = 0; i < 20; i++)
        {
            await WriteAsync(tracer);
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Batches; i++)
        {
            await WriteAsync(tracer);
        }

        double perSpan = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(Batches * Batch);
        output.WriteLine($"{perSpan:F1} bytes a span");
        Assert.InRange(perSpan, 0, Allowed);
    }

    [Fact]
    public async Task An_idle_sink_holds_little()
    {
        await using ServiceProvider services = Stack.Build(static llm => llm.AddLangfuse(static langfuse => (langfuse.PublicKey, langfuse.SecretKey) = ("pk", "sk")));
        ILlmTracer tracer = services.GetRequiredService<ILlmTracer>();
        IHttpClientFactory http = services.GetRequiredService<IHttpClientFactory>();
        _ = http.CreateClient(LangfuseTraceSink.HttpClientName);
        var options = new LangfuseOptions { PublicKey = "pk", SecretKey = "sk" };
        const int Count = 100;
        var sinks = new LangfuseTraceSink[Count];
        long before = HeldMemory.Measure();
        for (int i = 0; i < Count; i++)
        {
            sinks[i] = new LangfuseTraceSink(options, new TracingOptions(), http, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<LangfuseTraceSink>.Instance);
        }

        long each = (HeldMemory.Measure() - before) / Count;
        output.WriteLine($"{each} bytes a sink");
        Assert.InRange(each, 0, 24 * 1024);
        foreach (LangfuseTraceSink sink in sinks)
        {
            await sink.DisposeAsync();
        }

        Assert.NotNull(tracer);
    }

    [Fact]
    public async Task An_idle_sink_with_a_spool_holds_little_of_its_own()
    {
        const int Count = 10;
        var sinks = new SpoolHarness[Count];
        using var folder = new SpoolFolder();
        await using (SpoolHarness first = new(SpoolHarness.Nowhere, folder.Spool))
        {
            await first.ScannedAsync();
        }

        long before = HeldMemory.Measure();
        for (int i = 0; i < Count; i++)
        {
            sinks[i] = new SpoolHarness(SpoolHarness.Nowhere, Path.Combine(folder.Spool, i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            await sinks[i].ScannedAsync();
        }

        long each = (HeldMemory.Measure() - before) / Count;
        output.WriteLine($"{each} bytes a sink");
        Assert.InRange(each, 0, 64 * 1024);
        foreach (SpoolHarness sink in sinks)
        {
            await sink.DisposeAsync();
        }
    }

    private static async Task WriteAsync(LlmTracer tracer)
    {
        for (int i = 0; i < Batch; i++)
        {
            SpanRecord span = tracer.StartAutomatic("chat fast", ObservationType.Generation, TimeProvider.System.GetTimestamp())!;
            span.Operation = "chat";
            span.Model = "m";
            span.SetInput("""[{"role":"user","content":"Hello"}]"""u8);
            span.SetOutput("""{"role":"assistant","content":"Hi"}"""u8);
            tracer.End(span, TimeProvider.System.GetTimestamp());
        }

        FlushResult result = await tracer.FlushAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.IsComplete, result.Error);
    }

    private sealed class Taker : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
