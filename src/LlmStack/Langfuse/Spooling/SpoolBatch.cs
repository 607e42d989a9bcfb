namespace LlmStack.Langfuse.Spooling;

/// <summary>A run of records of a segment, sent from where they lie.</summary>
internal sealed class SpoolBatch : BatchBuffer
{
    private SpoolSegment? _segment;
    private int _start;

    public void Start(SpoolSegment segment, int offset)
    {
        Clear();
        _segment = segment;
        _start = offset;
    }

    protected override ReadOnlyMemory<byte> Memory(int start, int length) => _segment!.Bytes(_start + start, length);
}
