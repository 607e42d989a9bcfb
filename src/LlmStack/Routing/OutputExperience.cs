namespace LlmStack.Routing;

/// <summary>What the answers of a group and feature were like: running means of their length and of the share of the prompt that was cached.</summary>
internal sealed class OutputExperience
{
    /// <summary>The mean follows the last few dozen answers, so that a changed prompt shows soon.</summary>
    private const double Memory = 1.0 / 32;

    private SpinGate _gate;
    private Mean _tokens;
    private Mean _cached;
    private OutputLengths? _lengths;

    /// <summary>The tokens to expect; null before samples.</summary>
    public int? Tokens => _tokens.Samples == 0 ? null : (int)Math.Clamp(Math.Round(Volatile.Read(ref _tokens.Value)), 1, int.MaxValue);

    /// <summary>The share of a prompt that is expected to be cached; 0 before samples.</summary>
    public double CachedShare => Volatile.Read(ref _cached.Value);

    /// <summary>What 95 % of the answers do not exceed; null before samples. Lengths are counted from the first question on, so who never asks pays nothing.</summary>
    public int? High95()
    {
        OutputLengths lengths = Volatile.Read(ref _lengths) ?? Interlocked.CompareExchange(ref _lengths, new OutputLengths(), null) ?? _lengths!;
        return lengths.IsEmpty ? null : lengths.High95();
    }

    /// <summary>Learns the length of an answer; 0 tokens means unknown and teaches nothing.</summary>
    public void Observe(long outputTokens)
    {
        if (outputTokens > 0)
        {
            _gate.Enter();
            _tokens.Add(outputTokens);
            _gate.Exit();
            Volatile.Read(ref _lengths)?.Add(outputTokens);
        }
    }

    /// <summary>Learns the share of a prompt that was cached. Most groups never see a cached token: for them nothing is counted.</summary>
    public void ObserveCached(long cached, long input)
    {
        if (input > 0 && (cached > 0 || _cached.Samples > 0))
        {
            _gate.Enter();
            _cached.Add(Math.Clamp(cached / (double)input, 0, 1));
            _gate.Exit();
        }
    }

    private struct Mean
    {
        public double Value;

        public long Samples { get; private set; }

        public void Add(double sample)
        {
            Samples++;
            Volatile.Write(ref Value, Value + ((sample - Value) * Math.Max(Memory, 1.0 / Samples)));
        }
    }
}
