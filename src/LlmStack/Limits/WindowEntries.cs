namespace LlmStack.Limits;

/// <summary>What was reserved in the window, oldest first, in a ring that grows. Not thread-safe.</summary>
internal struct WindowEntries
{
    private const int Initial = 8;

    private WindowEntry[]? _entries;
    private int _head;

    public int Count { get; private set; }

    /// <summary>The entry at a position, 0 for the oldest.</summary>
    public readonly ref WindowEntry this[int position] => ref _entries![(_head + position) & (_entries.Length - 1)];

    public void Add(in WindowEntry entry)
    {
        if (_entries is null || Count == _entries.Length)
        {
            Grow();
        }

        _entries![(_head + Count++) & (_entries.Length - 1)] = entry;
    }

    public void RemoveFirst()
    {
        _head = (_head + 1) & (_entries!.Length - 1);
        Count--;
    }

    private void Grow()
    {
        var larger = new WindowEntry[Math.Max(Initial, Count * 2)];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        _entries = larger;
        _head = 0;
    }
}
