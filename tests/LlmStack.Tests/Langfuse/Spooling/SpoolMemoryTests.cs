using LlmStack.Tests.Support;
using LlmStack.Tests.Tracing;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>What the spool holds in memory; alone in the process, for its memory is what is measured.</summary>
[Collection(ActivitiesInTurn.Name)]
public sealed class SpoolMemoryTests : IDisposable
{
    private readonly SpoolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_long_outage_costs_disk_and_no_memory()
    {
        await using SpoolHarness harness = new(SpoolHarness.Nowhere, _folder.Spool, static langfuse => langfuse.Spool.SegmentBytes = 1024 * 1024);
        long before = HeldMemory.Measure();
        SpanRecord record = SinkHarness.Record();
        record.SetInput(System.Text.Encoding.UTF8.GetBytes($"\"{new string('7', 2_000)}\""));
        for (int i = 0; i < 20_000; i++)
        {
            harness.Sink.Emit(new SpanData(record));
            if (i % 100 == 0)
            {
                await SpoolHarness.UntilAsync(() => !harness.Sink.Spool!.NeedsSpare);
            }
        }

        long grown = HeldMemory.Measure() - before;
        Assert.Equal(20_000, harness.Sink.Spool!.Pending);
        Assert.InRange(_folder.Segments().Sum(static file => new FileInfo(file).Length), 40_000_000, long.MaxValue);
        Assert.InRange(grown, long.MinValue, 4 * 1024 * 1024);
    }
}
