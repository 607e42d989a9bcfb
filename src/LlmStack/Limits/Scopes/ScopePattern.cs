using System.Collections.Immutable;
using System.Text;

namespace LlmStack.Limits.Scopes;

/// <summary>Which calls a limit or budget is about: for each dimension it names one value, or each value with a counter of its own.</summary>
internal sealed class ScopePattern
{
    /// <summary>Written for a dimension of which each value has its own counter.</summary>
    public const string Each = "*";

    /// <summary>More stars than this have no key.</summary>
    public const int MaxStars = 4;

    // A null value stands for each.
    private readonly (ScopeDimension Dimension, string? Value)[] _parts;

    public ScopePattern(IEnumerable<(ScopeDimension Dimension, string Value)> parts)
    {
        _parts = [.. parts.OrderBy(static part => part.Dimension).Select(static part => (part.Dimension, part.Value == Each ? null : part.Value))];
        foreach ((ScopeDimension dimension, string? value) in _parts)
        {
            LooksAtDeployment |= dimension >= ScopeDimension.Provider;
            LooksAtCaller |= dimension < ScopeDimension.Provider;
            EachTag |= dimension == ScopeDimension.Tag && value is null;
        }

        Text = Describe(default);
    }

    /// <summary>Whether a deployment's provider, model or id decides; then another deployment may be outside.</summary>
    public bool LooksAtDeployment { get; }

    public bool LooksAtCaller { get; }

    /// <summary>Whether each tag of a call has its own counter, so that a call falls under several.</summary>
    public bool EachTag { get; }

    /// <summary>In words, for instance <c>team=*, provider=openai</c>.</summary>
    public string Text { get; }

    /// <summary>Whether a call falls under it, and under which of its counters.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="target">The deployment; null only where none is looked at.</param>
    /// <param name="tag">The tag that stands for each tag, or null.</param>
    /// <param name="key">Which counter.</param>
    public bool TryMatch(LlmContext context, ScopeTarget? target, string? tag, out ScopeKey key)
    {
        key = default;
        int stars = 0;
        foreach ((ScopeDimension dimension, string? expected) in _parts)
        {
            if (expected is not null)
            {
                if (!Is(dimension, expected, context, target))
                {
                    return false;
                }

                continue;
            }

            if ((dimension == ScopeDimension.Tag ? tag : ValueOf(dimension, context, target)) is not { Length: > 0 } value)
            {
                return false;
            }

            key = stars++ switch
            {
                0 => new ScopeKey(value, null, null, null),
                1 => key with { Second = value },
                2 => key with { Third = value },
                _ => key with { Fourth = value },
            };
        }

        return true;
    }

    /// <summary>Whether it names a value, or several, where <paramref name="other"/> has a star, and is the same otherwise.</summary>
    public bool IsMoreSpecificThan(ScopePattern other)
    {
        bool specific = false;
        if (_parts.Length != other._parts.Length)
        {
            return false;
        }

        for (int i = 0; i < _parts.Length; i++)
        {
            (ScopeDimension dimension, string? value) = _parts[i];
            (ScopeDimension otherDimension, string? otherValue) = other._parts[i];
            if (dimension != otherDimension || (otherValue is not null && !Same(dimension, value, otherValue)))
            {
                return false;
            }

            specific |= otherValue is null && value is not null;
        }

        return specific;
    }

    public bool IsSameAs(ScopePattern other) => !IsMoreSpecificThan(other) && !other.IsMoreSpecificThan(this)
        && _parts.Length == other._parts.Length
        && !_parts.Where((part, i) => part.Dimension != other._parts[i].Dimension || !Same(part.Dimension, part.Value, other._parts[i].Value)).Any();

    /// <summary>The scope with the values of a key in the place of its stars; of the empty key with the stars.</summary>
    public string Describe(in ScopeKey key)
    {
        if (_parts.Length == 0)
        {
            return "all calls";
        }

        var text = new StringBuilder();
        int stars = 0;
        foreach ((ScopeDimension dimension, string? value) in _parts)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(NameOf(dimension)).Append('=').Append(value ?? key[stars++] ?? Each);
        }

        return text.ToString();
    }

    /// <summary>The values by dimension, with those of a key in the place of the stars.</summary>
    public IEnumerable<(ScopeDimension Dimension, string Value)> ValuesOf(ScopeKey key)
    {
        int stars = 0;
        foreach ((ScopeDimension dimension, string? value) in _parts)
        {
            yield return (dimension, value ?? key[stars++] ?? Each);
        }
    }

    public static string NameOf(ScopeDimension dimension) => dimension switch
    {
        ScopeDimension.Project => "project",
        ScopeDimension.Team => "team",
        ScopeDimension.User => "user",
        ScopeDimension.Key => "key",
        ScopeDimension.Session => "session",
        ScopeDimension.Feature => "feature",
        ScopeDimension.Tag => "tag",
        ScopeDimension.Provider => "provider",
        ScopeDimension.Model => "model",
        _ => "deployment",
    };

    private static bool Is(ScopeDimension dimension, string expected, LlmContext context, ScopeTarget? target)
    {
        switch (dimension)
        {
            case ScopeDimension.Tag:
                return Has(context.Tags, expected);
            case ScopeDimension.Model:
                return Same(dimension, target?.Model, expected) || Same(dimension, target?.Name, expected);
            default:
                return Same(dimension, ValueOf(dimension, context, target), expected);
        }
    }

    private static bool Has(ImmutableArray<string> tags, string expected)
    {
        foreach (string tag in tags)
        {
            if (string.Equals(tag, expected, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Names of the configuration are compared without regard to case, what applications say of callers with regard to it.</summary>
    private static bool Same(ScopeDimension dimension, string? value, string? expected) =>
        string.Equals(value, expected, dimension is ScopeDimension.Provider or ScopeDimension.Model ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string? ValueOf(ScopeDimension dimension, LlmContext context, ScopeTarget? target) => dimension switch
    {
        ScopeDimension.Project => context.Project,
        ScopeDimension.Team => context.Team,
        ScopeDimension.User => context.UserId,
        ScopeDimension.Key => context.Key,
        ScopeDimension.Session => context.SessionId,
        ScopeDimension.Feature => context.Feature,
        ScopeDimension.Provider => target?.Provider,
        ScopeDimension.Model => target?.Model,
        ScopeDimension.Deployment => target?.Deployment,
        _ => null,
    };
}
