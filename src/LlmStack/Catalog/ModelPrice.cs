namespace LlmStack;

/// <summary>What a model costs, in US dollars. A missing price is null and means unknown; 0 is a valid price.</summary>
public sealed record ModelPrice : UnitPrices
{
    /// <summary>Per request, whatever its size; null for none.</summary>
    public decimal? PerRequest { get; set; }

    /// <summary>Per thousand web searches made by the provider; null bills none.</summary>
    public decimal? WebSearchPerThousand { get; set; }

    /// <summary>Per thousand billed units of a rerank or search call; null bills none.</summary>
    public decimal? SearchPerThousand { get; set; }

    /// <summary>Per thousand pages read; null bills none.</summary>
    public decimal? PagePerThousand { get; set; }

    /// <summary>Per hour of audio, where audio is billed by its length; null bills none.</summary>
    public decimal? AudioPerHour { get; set; }

    /// <summary>Per image made, where images are billed by the piece; null bills none.</summary>
    public decimal? PerImage { get; set; }

    /// <summary>Which price list this is from; recorded with each cost. Default <c>configured</c>.</summary>
    public string Version { get; set; } = "configured";

    /// <summary>
    /// By name of the service tier in the answer (<c>flex</c>, <c>priority</c>, <c>batch</c> …), what the prices of tokens are multiplied
    /// by; 0 or more. A tier that is not named here costs what the others say, and one that is not the standard tier marks the cost estimated.
    /// </summary>
    public Dictionary<string, decimal>? ServiceTiers { get; set; }

    /// <summary>Prices of long inputs, by any id; the one with the largest threshold that the input reaches applies to the whole request.</summary>
    public Dictionary<string, LongContextPrice>? LongContext { get; set; }

    /// <summary>Prices by time of day, by any id.</summary>
    public Dictionary<string, PriceWindow>? Windows { get; set; }

    /// <summary>Prices announced for a later date, by any id.</summary>
    public Dictionary<string, FuturePrice>? Next { get; set; }

    /// <inheritdoc/>
    public bool Equals(ModelPrice? other) =>
        base.Equals(other)
        && (PerRequest, WebSearchPerThousand, SearchPerThousand, PagePerThousand, AudioPerHour, PerImage, Version)
            == (other!.PerRequest, other.WebSearchPerThousand, other.SearchPerThousand, other.PagePerThousand, other.AudioPerHour, other.PerImage, other.Version)
        && AreEqual(ServiceTiers, other.ServiceTiers)
        && AreEqual(LongContext, other.LongContext)
        && AreEqual(Windows, other.Windows)
        && AreEqual(Next, other.Next);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), PerRequest, Version);

    private static bool AreEqual<T>(Dictionary<string, T>? a, Dictionary<string, T>? b)
    {
        if ((a?.Count ?? 0) != (b?.Count ?? 0))
        {
            return false;
        }

        foreach ((string key, T value) in a ?? [])
        {
            if (!b!.TryGetValue(key, out T? other) || !EqualityComparer<T>.Default.Equals(value, other))
            {
                return false;
            }
        }

        return true;
    }
}
