using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>The copies of a group's calls that are under way, and those of the last minute; outlives snapshots, so a reload does not fill the budget up again.</summary>
internal sealed class MirrorUse
{
    private int _running;

    public DeploymentLimits Limits { get; } = new();

    public bool TryEnter(int most)
    {
        if (Interlocked.Increment(ref _running) <= most)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);
}
