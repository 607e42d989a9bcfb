namespace LlmStack.Routing;

/// <summary>Whom one request has asked so far: its visited set. A handful of entries, searched linearly.</summary>
internal sealed class AttemptHistory
{
    private readonly List<(Deployment Deployment, bool Refused)> _entries = new(4);
    private List<Deployment>? _keys;
    private bool _unknownMayFit;

    public int Count => _entries.Count;

    /// <summary>The largest context window that was too small for this request; 0 when none was.</summary>
    public int TooSmallWindow { get; private set; }

    /// <summary>Remembers that a prompt did not fit: only larger windows are worth asking.</summary>
    public void NoteTooSmall(int window)
    {
        TooSmallWindow = Math.Max(TooSmallWindow, Math.Max(1, window));
        _unknownMayFit = false;
    }

    /// <summary>A fallback was named by somebody who knows why: its windows may be unknown.</summary>
    public void EnterFallback() => _unknownMayFit = true;

    /// <summary>Whether a deployment has no more room than one that was too small; in the group that failed, one of unknown size counts as that.</summary>
    public bool IsTooSmall(Deployment deployment) =>
        TooSmallWindow > 0 && (deployment.ContextWindow is { } window ? window <= TooSmallWindow : !_unknownMayFit);

    /// <summary>Remembers an attempt. <paramref name="refused"/> is set after a non-transient refusal: never asked again.</summary>
    public void Add(Deployment deployment, bool refused) => _entries.Add((deployment, refused));

    /// <summary>Remembers that one key of a deployment failed, and others are left.</summary>
    public void AddKey(Deployment deployment) => (_keys ??= []).Add(deployment);

    /// <summary>How many keys of a deployment have failed.</summary>
    public int KeysUsed(Deployment deployment)
    {
        int used = 0;
        for (int i = 0; i < (_keys?.Count ?? 0); i++)
        {
            used += ReferenceEquals(_keys![i], deployment) ? 1 : 0;
        }

        return used;
    }

    public bool WasAsked(Deployment deployment)
    {
        foreach ((Deployment asked, _) in _entries)
        {
            if (ReferenceEquals(asked, deployment))
            {
                return true;
            }
        }

        return false;
    }

    public bool HasRefused(Deployment deployment)
    {
        foreach ((Deployment asked, bool refused) in _entries)
        {
            if (refused && ReferenceEquals(asked, deployment))
            {
                return true;
            }
        }

        return false;
    }

    public void Clear()
    {
        _entries.Clear();
        _keys?.Clear();
        TooSmallWindow = 0;
        _unknownMayFit = false;
    }
}
