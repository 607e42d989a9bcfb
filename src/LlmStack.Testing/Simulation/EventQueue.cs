namespace LlmStack.Testing.Simulation;

/// <summary>What is to happen, earliest first; of one moment, in the order it was scheduled. A binary heap.</summary>
internal sealed class EventQueue
{
    private Entry[] _heap = new Entry[256];
    private long _scheduled;

    public int Count { get; private set; }

    public long NextAt => _heap[0].At;

    public void Add(long at, IVirtualEvent target, int version)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length * 2);
        }

        var entry = new Entry(at, _scheduled++, target, version);
        int index = Count++;
        while (index > 0)
        {
            int parent = (index - 1) >> 1;
            if (!entry.IsBefore(_heap[parent]))
            {
                break;
            }

            _heap[index] = _heap[parent];
            index = parent;
        }

        _heap[index] = entry;
    }

    public IVirtualEvent Take(out int version)
    {
        Entry first = _heap[0];
        Entry last = _heap[--Count];
        _heap[Count] = default;
        int index = 0;
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && _heap[child + 1].IsBefore(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].IsBefore(last))
            {
                break;
            }

            _heap[index] = _heap[child];
            index = child;
        }

        if (Count > 0)
        {
            _heap[index] = last;
        }

        version = first.Version;
        return first.Target;
    }

    private readonly record struct Entry(long At, long Sequence, IVirtualEvent Target, int Version)
    {
        public bool IsBefore(in Entry other) => At < other.At || (At == other.At && Sequence < other.Sequence);
    }
}
