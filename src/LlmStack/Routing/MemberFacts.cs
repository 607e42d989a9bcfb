using System.Runtime.Intrinsics.X86;
using LlmStack.Catalog;
using LlmStack.Health;
using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>
/// What a pick has to know of a member, from its configuration. Lies side by side for all members of a tier: in a large group every
/// object that a decision follows is a line of memory that nobody has touched for long. Answers only with certainty; what is not
/// certain is left to <see cref="DynamicFilters.Judge"/>.
/// </summary>
internal readonly struct MemberFacts
{
    /// <summary>Sums of doubles and the exact decimals agree to many more digits than this.</summary>
    private const double Margin = 1e-9;

    private readonly double _input;
    private readonly double _output;
    private readonly double _request;
    private readonly int _mostInput;
    private readonly int _mostOutput;
    private readonly bool _isPlain;

    public MemberFacts(Member member)
    {
        Deployment deployment = member.Deployment;
        Deployment = deployment;
        Health = deployment.Health;
        Limits = deployment.Limits;
        _mostInput = deployment.ContextWindow is { } window ? (int)Math.Max(-1, window / TokenEstimator.MostAfterCalibration(1)) : int.MaxValue;
        _mostOutput = deployment.MaxOutputTokens ?? int.MaxValue;
        _isPlain = member.Constraint is null && deployment is { MaxConcurrency: null, Probe: null } && KeyCooldowns.HasOneKey(deployment);
        (_input, _output, _request) = RatesOf(deployment.Price);
    }

    public Deployment Deployment { get; }

    public DeploymentHealth Health { get; }

    public DeploymentLimits Limits { get; }

    /// <summary>Asks for the memory that looking at the member, and an attempt at it, will touch: all of it on its way at once, instead of one piece after the other.</summary>
    public void Prefetch()
    {
        if (Sse.IsSupported)
        {
            Health.Prefetch();
            Limits.Prefetch();
            Deployment.Prefetch();
        }
    }

    /// <summary>Whether no filter of window, output, price, constraint, concurrency, probe or keys can have anything against it.</summary>
    public bool Suits(in RouteRequest request) =>
        _isPlain
        && request.EstimatedInputTokens <= _mostInput
        && (request.MaxOutputTokens is not { } output || output <= _mostOutput)
        && (request.Routing is not { } wishes || double.IsPositiveInfinity(wishes.CostCap) || CostsAtMost(wishes.CostCap, request));

    private bool CostsAtMost(double cap, in RouteRequest request) =>
        (TokenEstimator.MostAfterCalibration(request.EstimatedInputTokens) * _input) + (request.LikelyOutputTokens * _output) + _request <= cap * (1 - Margin);

    /// <summary>US dollars for a token of the prompt, cached or not, for one of the answer, and for the request; NaN when unknown, or when length, hour or date decide.</summary>
    private static (double Input, double Output, double Request) RatesOf(ModelPrice? price)
    {
        if (price is null or { LongContext.Count: > 0 } || PriceSelection.DependsOnTime(price))
        {
            return (double.NaN, double.NaN, double.NaN);
        }
        double input = Rate(price, UsageBucket.Input);
        return (Math.Max(input, Rate(price, UsageBucket.CacheRead)), Rate(price, UsageBucket.Output), (double)(price.PerRequest ?? 0));
    }

    private static double Rate(ModelPrice price, UsageBucket bucket) =>
        BucketRates.Of(price, price, bucket, out _) is { } rate ? (double)(rate * BucketRates.PerToken) : double.NaN;
}
