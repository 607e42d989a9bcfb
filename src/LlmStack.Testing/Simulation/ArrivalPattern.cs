namespace LlmStack.Testing.Simulation;

/// <summary>When calls arrive. Immutable: each method returns another pattern.</summary>
public sealed class ArrivalPattern
{
    private readonly (TimeSpan From, double PerSecond)[] _rates;
    private readonly (TimeSpan At, int Calls)[] _bursts;

    private ArrivalPattern(bool regular, (TimeSpan From, double PerSecond)[] rates, (TimeSpan At, int Calls)[] bursts)
    {
        IsRegular = regular;
        _rates = rates;
        _bursts = bursts;
    }

    internal bool IsRegular { get; }

    internal IReadOnlyList<(TimeSpan From, double PerSecond)> Rates => _rates;

    internal IReadOnlyList<(TimeSpan At, int Calls)> Bursts => _bursts;

    /// <summary>At random, independently of each other, as users arrive.</summary>
    /// <param name="perSecond">On average; more than 0.</param>
    public static ArrivalPattern Poisson(double perSecond) => new(regular: false, [(TimeSpan.Zero, Positive(perSecond))], []);

    /// <summary>At equal distances, as a job sends them.</summary>
    /// <param name="perSecond">More than 0.</param>
    public static ArrivalPattern Regular(double perSecond) => new(regular: true, [(TimeSpan.Zero, Positive(perSecond))], []);

    /// <summary>Another rate from a moment on.</summary>
    /// <param name="from">The moment; later than that of the change before.</param>
    /// <param name="perSecond">0 or more; 0 means nobody comes.</param>
    public ArrivalPattern ChangeTo(TimeSpan from, double perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(from, _rates[^1].From);
        ArgumentOutOfRangeException.ThrowIfNegative(perSecond);
        return new ArrivalPattern(IsRegular, [.. _rates, (from, perSecond)], _bursts);
    }

    /// <summary>Many at once, beside the others.</summary>
    /// <param name="at">The moment; 0 or more.</param>
    /// <param name="calls">How many; 1 or more.</param>
    public ArrivalPattern Burst(TimeSpan at, int calls)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(at, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(calls, 1);
        return new ArrivalPattern(IsRegular, _rates, [.. _bursts, (at, calls)]);
    }

    private static double Positive(double perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        return perSecond;
    }
}
