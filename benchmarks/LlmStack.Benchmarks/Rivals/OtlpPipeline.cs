using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace LlmStack.Benchmarks.Rivals;

/// <summary>The OpenTelemetry SDK as an application sets it up: everything sampled, batches, OTLP over HTTP as protobuf.</summary>
internal static class OtlpPipeline
{
    public static TracerProvider Create(string source, Func<HttpMessageHandler> handler, Uri? address = null, int queue = 65_536) =>
        Sdk.CreateTracerProviderBuilder()
            .SetSampler(new AlwaysOnSampler())
            .AddSource(source)
            .AddOtlpExporter(options =>
            {
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new Uri(address ?? new Uri("http://otlp.example/"), "v1/traces");
                options.HttpClientFactory = () => new HttpClient(handler());
                options.ExportProcessorType = ExportProcessorType.Batch;
                options.BatchExportProcessorOptions = new BatchExportActivityProcessorOptions
                {
                    // Room for a whole round, so that nothing is dropped and every span is paid for.
                    MaxQueueSize = queue,
                    MaxExportBatchSize = 512,
                    ScheduledDelayMilliseconds = 1000,
                };
            })
            .Build();
}
