namespace LlmStack.Testing.Simulation;

/// <summary>How a deployment behaves while nothing is wrong with it.</summary>
public sealed class SimulatedDeployment
{
    /// <summary>From the request to the first token. Default: median 400 ms, p95 900 ms, p99 1.5 s.</summary>
    public LatencyDistribution FirstToken { get; set; } = LatencyDistribution.Quantiles(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(900), TimeSpan.FromMilliseconds(1500));

    /// <summary>For each further token; 0 or more. Default 10 ms.</summary>
    public TimeSpan PerToken { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The fewest tokens of an answer; 1 or more. Default 20.</summary>
    public int MinOutputTokens { get; set; } = 20;

    /// <summary>The most tokens of an answer; not less than <see cref="MinOutputTokens"/>. Default 120.</summary>
    public int MaxOutputTokens { get; set; } = 120;

    /// <summary>From the request to a refusal or another failure. Default 50 ms.</summary>
    public LatencyDistribution Failure { get; set; } = LatencyDistribution.Fixed(TimeSpan.FromMilliseconds(50));

    internal void Check(string name)
    {
        if (PerToken < TimeSpan.Zero)
        {
            throw new ArgumentException($"PerToken of '{name}' is {PerToken}; allowed is 0 or more.");
        }

        if (MinOutputTokens < 1 || MaxOutputTokens < MinOutputTokens)
        {
            throw new ArgumentException($"The output tokens of '{name}' are {MinOutputTokens} to {MaxOutputTokens}; allowed is 1 or more, and the larger last.");
        }
    }
}
