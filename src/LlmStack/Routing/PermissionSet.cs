using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace LlmStack.Routing;

/// <summary>
/// What a caller may use, taken apart once for a list of permissions: names of groups, ids of deployments, names of providers,
/// <c>provider/model</c>, each also with stars.
/// </summary>
internal sealed class PermissionSet
{
    private readonly string[] _source;
    private readonly NamePattern[] _patterns;

    private PermissionSet(string[] source)
    {
        _source = source;
        _patterns = Array.ConvertAll(source, static text => new NamePattern(text));
        Hash = NameList.Salted(NameList.Hash(source, salt: 0), salt: 11);
    }

    /// <summary>Cached by its creator, because contexts live longer than calls.</summary>
    public static PermissionSet Of(ImmutableArray<string> permissions, PermissionSet? cached)
    {
        string[] source = ImmutableCollectionsMarshal.AsArray(permissions) ?? [];
        return cached is not null && ReferenceEquals(cached._source, source) ? cached : new PermissionSet(source);
    }

    public int Hash { get; }

    public bool Same(PermissionSet other) => ReferenceEquals(this, other) || (Hash == other.Hash && NameList.Same(_source, other._source));

    public bool Allows(ModelGroup group, Deployment deployment)
    {
        foreach (NamePattern pattern in _patterns)
        {
            if (pattern.Match(group.Name) is not null
                || pattern.Match(deployment.Id) is not null
                || pattern.Match(deployment.Provider) is not null
                || pattern.Match($"{deployment.Provider}/{deployment.Model}") is not null)
            {
                return true;
            }
        }
        return false;
    }
}
