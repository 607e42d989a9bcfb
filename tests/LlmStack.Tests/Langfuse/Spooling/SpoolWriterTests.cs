using LlmStack.Langfuse.Spooling;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>The writing end without anybody who makes segments: nobody waits for one.</summary>
public sealed class SpoolWriterTests : IDisposable
{
    private readonly SpoolFolder _folder = new();
    private readonly SpoolWriter _writer;
    private int _asked;

    public SpoolWriterTests()
    {
        var settings = new SpoolSettings(new SpoolIdentity(1), "otlp", 64 * 1024, 1024 * 1024, TimeSpan.FromDays(1), 100, 1024 * 1024, Spares: 2, TimeSpan.FromSeconds(1));
        _writer = new SpoolWriter(settings, new FakeTimeProvider());
    }

    public void Dispose()
    {
        _writer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Where_no_segment_is_ready_the_caller_goes_on_at_once_and_the_next_one_is_asked_for()
    {
        // One that comes a moment later comes too late: a caller who waited would have got it.
        _writer.Attach(static () => { }, () =>
        {
            _asked++;
            var late = new Thread(() => _writer.Reserve(Segment()));
            late.Start();
            late.Join();
        });

        lock (_writer.Gate)
        {
            Assert.Null(_writer.Begin());
            Assert.Equal(1, _asked);
            Assert.NotNull(_writer.Begin());
        }
    }

    [Fact]
    public void Prepared_segments_are_taken_before_those_that_are_only_allocated()
    {
        SpoolSegment prepared = Segment();
        prepared.Prepare();
        SpoolSegment allocated = Segment();
        _writer.Reserve(allocated);
        _writer.Supply(prepared);

        lock (_writer.Gate)
        {
            Assert.NotNull(_writer.Begin());
            Assert.Same(prepared, _writer.Active);
            Assert.True(_writer.Advance(0));
            Assert.Same(allocated, _writer.Active);
            Assert.False(_writer.Advance(0));
        }

        Assert.Equal((2, 0), (_writer.Taken, _writer.Ahead));
    }

    private SpoolSegment Segment() =>
        SpoolSegment.Create(Path.Combine(_folder.Path, $"{Guid.NewGuid():N}.seg"), SpoolHeader.Plan(new SpoolIdentity(1), "otlp", 1, 1, 64 * 1024), mayReserve: true);
}
