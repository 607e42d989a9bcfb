namespace LlmStack.Routing;

/// <summary>Lists of names, compared without regard to case. An empty list is as good as none.</summary>
internal static class NameList
{
    /// <summary>0 for no names; cheap rather than strong, because it only places entries of a small, bounded cache.</summary>
    public static int Hash(IReadOnlyList<string>? names, int salt)
    {
        int hash = 0;
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            hash = (hash * 31) + Hash(names![i], salt + i);
        }
        return hash;
    }

    public static int Hash(string? name, int salt)
    {
        if (name is null)
        {
            return 0;
        }
        int hash = name.Length + 1;
        foreach (char c in name)
        {
            hash = (hash * 31) + char.ToUpperInvariant(c);
        }
        return Salted(hash, salt);
    }

    public static int Salted(int hash, int salt) => (int)(((uint)hash + (uint)salt) * 0x9E3779B1u);

    public static bool Same(IReadOnlyList<string>? left, IReadOnlyList<string>? right)
    {
        int count = left?.Count ?? 0;
        if (count != (right?.Count ?? 0))
        {
            return false;
        }
        for (int i = 0; i < count; i++)
        {
            if (!string.Equals(left![i], right![i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }
        return true;
    }

    public static bool Contains(IReadOnlyList<string> names, string? name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether <paramref name="own"/> has any of <paramref name="wished"/>, or all of them.</summary>
    public static bool Has(IReadOnlyList<string> own, IReadOnlyList<string> wished, bool all)
    {
        for (int i = 0; i < wished.Count; i++)
        {
            if (Contains(own, wished[i]) != all)
            {
                return !all;
            }
        }
        return all;
    }
}
