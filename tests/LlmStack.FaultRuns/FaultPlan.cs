namespace LlmStack.FaultRuns;

/// <summary>Seeded bad luck: each request draws whether and how it fails.</summary>
internal sealed class FaultPlan(int seed, double share)
{
    private static readonly Fault[] Kinds = Enum.GetValues<Fault>()[1..];
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly long[] _drawn = new long[Kinds.Length + 1];

    public static FaultPlan None => new(0, 0);

    /// <summary>Whether nothing fails any more.</summary>
    public bool IsOver { get; set; }

    public Fault Draw()
    {
        lock (_lock)
        {
            Fault fault = IsOver || _random.NextDouble() >= share ? Fault.None : Kinds[_random.Next(Kinds.Length)];
            _drawn[(int)fault]++;
            return fault;
        }
    }

    public string Describe() => string.Join(", ", Kinds.Select(kind => $"{kind} {_drawn[(int)kind]}"));
}
