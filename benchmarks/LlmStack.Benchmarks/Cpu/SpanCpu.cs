using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks.Cpu;

/// <summary>Processor time of a span, from its start to the server's acknowledgement, the exporting threads included.</summary>
internal static class SpanCpu
{
    public const string Command = "cpu-spans";

    private const int Batch = 512;

    public static async Task<string> RunAsync(int operations, int rounds)
    {
        using var activities = new ActivityWriter(Command, CannedHandler.Traces, SpanContent.Full);
        using var spans = new SpanWriter(Setup(gzip: false), SpanContent.Full);
        DirectoryInfo directory = Directory.CreateTempSubdirectory("llmstack-spool-");
        using var spooled = new SpanWriter(Setup(gzip: false) with { Spool = directory.FullName }, SpanContent.Full);
        using var compressed = new SpanWriter(Setup(gzip: true), SpanContent.Full);
        List<CpuCandidate> candidates =
        [
            new("OpenTelemetry SDK + OTLP: generation", count => InBatches(count, activities.Generations, activities.Flush)),
            new("LlmStack: generation", count => InBatches(count, spans.Automatic, spans.Flush)),
            new("LlmStack: generation, batches compressed (default)", count => InBatches(count, compressed.Automatic, compressed.Flush)),
            new("LlmStack: generation, with the spool", count => InBatches(count, spooled.Automatic, spooled.Flush)),
            new("OpenTelemetry SDK + OTLP: user's scope", count => InBatches(count, activities.Scopes, activities.Flush)),
            new("LlmStack: user's scope", count => InBatches(count, spans.Scopes, spans.Flush)),
        ];
        return await CpuRounds.RunAsync("Span, record and export", candidates, operations, rounds);
    }

    private static LlmStackSetup Setup(bool gzip) => new() { Handler = CannedHandler.Chat(), TraceHandler = CannedHandler.Traces(), Gzip = gzip };

    private static Task InBatches(int count, Action<int> write, Action flush)
    {
        for (int left = count; left > 0; left -= Batch)
        {
            write(Math.Min(left, Batch));
        }

        flush();
        return Task.CompletedTask;
    }
}
