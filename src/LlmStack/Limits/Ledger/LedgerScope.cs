using System.Runtime.CompilerServices;

namespace LlmStack.Limits.Ledger;

/// <summary>The values of a line in every dimension but the tag, and its tags. Compared by value; not changed once it is a key.</summary>
internal sealed class LedgerScope : IEquatable<LedgerScope>
{
    /// <summary>How many dimensions have one value for each attempt: all before <see cref="LedgerDimension.Tag"/>.</summary>
    public const int Count = (int)LedgerDimension.Tag;

    private Values _values;

    /// <summary>The value of a dimension other than the tag; null for none.</summary>
    public string? this[LedgerDimension dimension]
    {
        get => _values[(int)dimension];
        set => _values[(int)dimension] = value;
    }

    /// <summary>The tags, each once, in ordinal order.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    public LedgerScope Clone() => new() { _values = _values, Tags = Tags };

    public bool Equals(LedgerScope? other)
    {
        if (other is null || Tags.Count != other.Tags.Count)
        {
            return false;
        }

        for (int i = 0; i < Count; i++)
        {
            if (!string.Equals(_values[i], other._values[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        for (int i = 0; i < Tags.Count; i++)
        {
            if (!string.Equals(Tags[i], other.Tags[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as LedgerScope);

    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int i = 0; i < Count; i++)
        {
            hash.Add(_values[i], StringComparer.Ordinal);
        }

        for (int i = 0; i < Tags.Count; i++)
        {
            hash.Add(Tags[i], StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    [InlineArray(Count)]
    private struct Values
    {
        private string? _first;
    }
}
