namespace LlmStack.Routing;

/// <summary>What scores say of a deployment for one feature: a beta distribution. The prior counts as ten scores, and no more than 200 are remembered.</summary>
internal sealed class QualityPosterior(double prior)
{
    private const double PriorMass = 10;
    private const double MostMass = 200;

    private readonly Lock _lock = new();
    private double _good = Math.Max(0.01, prior * PriorMass);
    private double _bad = Math.Max(0.01, (1 - prior) * PriorMass);

    public double Mean => Read() is var (good, bad) ? good / (good + bad) : 0;

    /// <param name="score">0 to 1.</param>
    public void Add(double score)
    {
        lock (_lock)
        {
            _good += score;
            _bad += 1 - score;
            double total = _good + _bad;
            if (total > MostMass)
            {
                // Old scores fade instead of new ones being dropped: a model that gets worse is noticed.
                _good *= MostMass / total;
                _bad *= MostMass / total;
            }
        }
    }

    /// <summary>One draw, for Thompson sampling.</summary>
    public double Draw(IRandomSource random)
    {
        (double good, double bad) = Read();
        double x = Gamma(good, random);
        double y = Gamma(bad, random);
        return x / (x + y);
    }

    private (double Good, double Bad) Read()
    {
        lock (_lock)
        {
            return (_good, _bad);
        }
    }

    /// <summary>Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.</summary>
    private static double Gamma(double shape, IRandomSource random)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1, random) * Math.Pow(Math.Max(double.Epsilon, random.NextDouble()), 1 / shape);
        }
        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double v = 1 + (c * normal);
            if (v <= 0)
            {
                continue;
            }
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < (0.5 * normal * normal) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
