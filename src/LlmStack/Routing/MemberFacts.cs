using System.Runtime.CompilerServices;
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
    /// <summary>Sums of rates rounded to floats and the exact decimals agree to more digits than this.</summary>
    private const double Margin = 1e-6;

    // Floats, so that all of it fits a line of memory.
    private readonly float _input;
    private readonly float _output;
    private readonly float _request;
    private readonly int _mostInput;
    private readonly int _mostOutput;
    private readonly bool _isPlain;

    public MemberFacts(Member member)
    {
        Deployment deployment = member.Deployment;
        Member = member;
        Deployment = deployment;
        Health = deployment.Health;
        Limits = deployment.Limits;
        _mostInput = deployment.ContextWindow is { } window ? (int)Math.Max(-1, window / TokenEstimator.MostAfterCalibration(1)) : int.MaxValue;
        _mostOutput = deployment.MaxOutputTokens ?? int.MaxValue;
        _isPlain = member.Constraint is null && deployment is { MaxConcurrency: null, Probe: null } && KeyCooldowns.HasOneKey(deployment);
        (double input, double output, double request) = RatesOf(deployment.Price);
        (_input, _output, _request) = ((float)input, (float)output, (float)request);
    }

    public Member Member { get; }

    public Deployment Deployment { get; }

    public DeploymentHealth Health { get; }

    public DeploymentLimits Limits { get; }

    /// <summary>Asks for the facts themselves.</summary>
    public static unsafe void Prefetch(MemberFacts[] facts, int index)
    {
        if (Sse.IsSupported)
        {
            ref MemberFacts at = ref facts[index];

            // Only a hint: that the collector may move the array meanwhile does no harm. They may begin in one line and end in the next.
            Sse.Prefetch0(Unsafe.AsPointer(ref at));
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref at) + Unsafe.SizeOf<MemberFacts>() - 1);
        }
    }

    /// <summary>Asks for the memory that looking at the member, and an attempt at it, will touch: all of it on its way at once, instead of one piece after the other.</summary>
    public void Prefetch()
    {
        if (Sse.IsSupported)
        {
            Health.Prefetch();
            Limits.Prefetch();
            Deployment.Prefetch();
            Member.Prefetch();
        }
    }

    /// <summary>Whether no filter of window, output, price, constraint, concurrency, probe or keys can have anything against it.</summary>
    public bool Suits(in RouteRequest request) =>
        _isPlain
        && request.EstimatedInputTokens <= _mostInput
        && (request.MaxOutputTokens is not { } output || output <= _mostOutput)
        && (request.Routing is not { } wishes || double.IsPositiveInfinity(wishes.CostCap) || CostsAtMost(wishes.CostCap, request));

    private bool CostsAtMost(double cap, in RouteRequest request) =>
        (TokenEstimator.MostAfterCalibration(request.EstimatedInputTokens) * _input) + ((double)request.LikelyOutputTokens * _output) + _request <= cap * (1 - Margin);

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
