namespace LlmStack.Health;

/// <summary>The last probe of a deployment. Lock-free to read; by id, so a reload forgets nothing.</summary>
internal sealed class ProbeState
{
    private ProbeResult? _last;
    private long _validFor;

    /// <summary>Null before the first.</summary>
    public ProbeResult? Last => Volatile.Read(ref _last);

    /// <summary>How long a result counts, in ticks: twice the interval.</summary>
    public long ValidFor
    {
        get => Volatile.Read(ref _validFor);
        set => Volatile.Write(ref _validFor, value);
    }

    /// <summary>Whether the last probe failed, lately enough to count.</summary>
    public bool Fails(long now) => Last is { Error: not null } last && now - last.Ended <= ValidFor;

    /// <summary>Takes a result; true when it is another one than the last.</summary>
    public bool Report(ProbeResult result)
    {
        ProbeResult? before = Interlocked.Exchange(ref _last, result);
        return (before?.Error is null) != (result.Error is null);
    }
}
