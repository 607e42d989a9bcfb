using LlmStack.Routing;

namespace LlmStack.Limits;

/// <summary>The windows of a deployment for each credential, by its id: what one customer's key has used is not taken from another's.</summary>
internal sealed class KeyLimits
{
    /// <summary>Customers may bring keys without end; those not used for longest are forgotten beyond this many at one deployment.</summary>
    public const int MaxKeys = 10_000;

    private readonly BoundedMap<string, DeploymentLimits> _keys = new(MaxKeys, StringComparer.Ordinal);

    /// <summary>The windows of a key; null when it has used nothing.</summary>
    public DeploymentLimits? Find(string key) => _keys.Find(key);

    /// <summary>The windows of a key, to be reserved in.</summary>
    public DeploymentLimits Touch(string key) => _keys.GetOrAdd(key, static _ => new DeploymentLimits());
}
