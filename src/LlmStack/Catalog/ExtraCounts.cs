using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmStack.Catalog;

/// <summary>The additional counts of a usage, read in one pass instead of a lookup for each that there might be.</summary>
internal struct ExtraCounts
{
    private const int Count = (int)ExtraCount.Images + 1;

    private Values _values;
    private int _present;

    /// <summary>0 when it is missing or negative.</summary>
    public readonly long this[ExtraCount count] => _values[(int)count];

    public readonly bool Has(ExtraCount count) => (_present & (1 << (int)count)) != 0;

    public static ExtraCounts From(AdditionalPropertiesDictionary<long>? more)
    {
        var extra = default(ExtraCounts);
        if (more is { Count: > 0 })
        {
            foreach (KeyValuePair<string, long> pair in more)
            {
                if (UsageKeys.Find(pair.Key) is { } count)
                {
                    extra._values[(int)count] = Math.Max(0, pair.Value);
                    extra._present |= 1 << (int)count;
                }
            }
        }

        return extra;
    }

    [InlineArray(Count)]
    private struct Values
    {
        private long _first;
    }
}
