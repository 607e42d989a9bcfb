using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>What a request does next: ask <see cref="Member"/> (after <see cref="Wait"/>), have it classified, wait and decide again, or fail.</summary>
internal readonly record struct CallDecision(Member? Member, TimeSpan Wait, LlmException? Failure)
{
    /// <summary>A classifier has to look at the request before the next decision.</summary>
    public static CallDecision Classify { get; } = new(null, TimeSpan.Zero, null) { Classifies = true };

    public bool Classifies { get; private init; }

    public static CallDecision Ask(Member member) => new(member, TimeSpan.Zero, null);

    public static CallDecision WaitFor(TimeSpan wait) => new(null, wait, null);

    public static CallDecision Fail(LlmException failure) => new(null, TimeSpan.Zero, failure);
}
