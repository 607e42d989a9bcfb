namespace LlmStack.Routing;

/// <summary>What the engine asks of the strategies that ship, beside picking.</summary>
internal abstract class BuiltInStrategy : IRoutingStrategy
{
    public abstract int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random);

    /// <summary>As <see cref="Pick"/>, without moving the strategy's own state; <paramref name="ahead"/> picks would have gone before.</summary>
    public virtual int Peek(in RouteRequest request, in CandidateSet candidates, IRandomSource random, int ahead) => Pick(request, candidates, random);

    /// <summary>Says once what has to be learned of a group's members before the first pick.</summary>
    public virtual void Attach(Member[] members)
    {
    }

    /// <summary>Computes once what picks from <paramref name="members"/> need; the set is cached and picked from often.</summary>
    public virtual object? Prepare(Member[] members) => null;

    /// <summary>What the strategy knows of a candidate, for explanations.</summary>
    public abstract string Describe(in RouteRequest request, in CandidateSet candidates, int index);
}
