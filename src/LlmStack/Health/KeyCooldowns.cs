using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>Cooldowns of keys by the ids of their credentials: of a key for every model, and of a key at one deployment.</summary>
internal sealed class KeyCooldowns(long probeLease)
{
    /// <summary>Customers may bring keys without end; those not used for longest are forgotten beyond this many.</summary>
    public const int MaxKeys = 10_000;

    /// <summary>The golden ratio: its multiples fall evenly between 0 and 1, however many there are.</summary>
    private const double Golden = 0.6180339887498949;

    private readonly BoundedMap<string, Circuit> _keys = new(MaxKeys, StringComparer.Ordinal);
    private readonly BoundedMap<(string Key, string Deployment), Circuit> _atDeployments = new(MaxKeys);
    private int _touched;
    private uint _turn;

    /// <summary>Whether no key has ever cooled: then a pick need not look.</summary>
    public bool AreIdle => Volatile.Read(ref _touched) == 0;

    /// <summary>Whether one key serves everybody at a deployment, so that what is the key's is the deployment's.</summary>
    public static bool HasOneKey(Deployment deployment) => deployment.ProviderEntry is null or { Credentials: SingleCredential };

    /// <summary>The keys that would do for a caller at a deployment.</summary>
    public static CredentialSet KeysOf(Deployment deployment, LlmContext? context) =>
        deployment.ProviderEntry is { } provider ? provider.Credentials.For(context ?? LlmContext.Empty) : new CredentialSet(StaticCredential.None);

    /// <summary>The state of the best key, and the ticks until it may be used.</summary>
    public CircuitState StateOf(in CredentialSet keys, Deployment deployment, long now, out long wait)
    {
        CircuitState best = CircuitState.Open;
        wait = long.MaxValue;
        for (int i = 0; i < keys.Count; i++)
        {
            CircuitState state = StateOf(keys[i].Id, deployment, now, out long own);
            if (state < best || (state == best && own < wait))
            {
                (best, wait) = (state, own);
            }
        }

        return best;
    }

    /// <summary>Whether a caller's keys let a deployment be asked; of a single half-open key this takes the right to probe.</summary>
    public bool MayEnter(in CredentialSet keys, Deployment deployment, long now) =>
        keys.Count == 1 ? MayEnter(keys[0].Id, deployment, now) : StateOf(keys, deployment, now, out _) <= CircuitState.HalfOpen;

    /// <summary>A key for an attempt: by weight among those that serve or may be probed, else the one that comes back first.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="deployment">Where it is to be used.</param>
    /// <param name="now">Now, in <see cref="TimeProvider"/> ticks.</param>
    /// <param name="full">The keys that have no room, as bits by their index: they are last choices.</param>
    public ICredential Choose(in CredentialSet keys, Deployment deployment, long now, ulong full = 0)
    {
        if (keys.Count == 1)
        {
            return keys[0];
        }

        double total = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            total += IsReady(keys, i, deployment, now, full) ? keys.Weight(i) : 0;
        }

        if (total > 0)
        {
            double point = Interlocked.Increment(ref _turn) * Golden % 1 * total;
            for (int i = 0; i < keys.Count; i++)
            {
                // A key that comes back is probed in its turn; when somebody else probes it already, the next one serves.
                if (IsReady(keys, i, deployment, now, full) && (point -= keys.Weight(i)) < 0 && MayEnter(keys[i].Id, deployment, now))
                {
                    return keys[i];
                }
            }
        }

        ICredential first = keys[0];
        long shortest = long.MaxValue;
        for (int i = 0; i < keys.Count; i++)
        {
            if (MayEnter(keys[i].Id, deployment, now))
            {
                return keys[i];
            }

            if (StateOf(keys[i].Id, deployment, now, out long wait) != CircuitState.Closed && wait < shortest)
            {
                (first, shortest) = (keys[i], wait);
            }
        }

        return first;
    }

    /// <summary>The cooldown of a key for every model; null when it never cooled.</summary>
    public Circuit? Of(string key) => AreIdle ? null : _keys.Find(key);

    /// <summary>The cooldown of a key at one deployment; null when it never cooled there.</summary>
    public Circuit? Of(string key, Deployment deployment) => AreIdle ? null : _atDeployments.Find((key, deployment.Id));

    /// <summary>The cooldown of a key for every model, to be opened.</summary>
    public Circuit Touch(string key)
    {
        Volatile.Write(ref _touched, 1);
        return _keys.GetOrAdd(key, static _ => new Circuit());
    }

    /// <summary>The cooldown of a key at one deployment, to be opened.</summary>
    public Circuit Touch(string key, Deployment deployment)
    {
        Volatile.Write(ref _touched, 1);
        return _atDeployments.GetOrAdd((key, deployment.Id), static _ => new Circuit());
    }

    private CircuitState StateOf(string key, Deployment deployment, long now, out long wait)
    {
        CircuitState everywhere = StateOf(Of(key), now, out wait);
        CircuitState here = StateOf(Of(key, deployment), now, out long own);
        wait = Math.Max(wait, own);
        return here > everywhere ? here : everywhere;
    }

    private CircuitState StateOf(Circuit? circuit, long now, out long wait)
    {
        wait = 0;
        return circuit?.StateAt(now, probeLease, out wait) ?? CircuitState.Closed;
    }

    private bool IsReady(in CredentialSet keys, int index, Deployment deployment, long now, ulong full) =>
        (index >= 64 || (full & (1UL << index)) == 0) && (AreIdle || StateOf(keys[index].Id, deployment, now, out _) <= CircuitState.HalfOpen);

    private bool MayEnter(string key, Deployment deployment, long now) =>
        (Of(key) is not { } everywhere || everywhere.MayEnter(now, probeLease)) && (Of(key, deployment) is not { } here || here.MayEnter(now, probeLease));
}
