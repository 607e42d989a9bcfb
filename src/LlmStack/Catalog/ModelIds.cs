namespace LlmStack.Catalog;

/// <summary>The plain form of a model id: without path, date, version and "latest", so that two spellings of one model are equal.</summary>
internal static class ModelIds
{
    /// <summary>OpenRouter's variants that choose an endpoint; the price stays that of the model.</summary>
    private static readonly string[] Variants = [":nitro", ":floor", ":online", ":exacto"];
    private static readonly string[] BedrockRegions = ["us-gov.", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "in."];

    public static string Normalize(string catalogProvider, string model)
    {
        string id = model.Trim().ToLowerInvariant();
        id = WithoutVariant(AfterPath(id));
        if (catalogProvider.Equals("bedrock", StringComparison.OrdinalIgnoreCase))
        {
            id = Regional(id);
        }

        id = WithoutVersion(id);
        id = WithoutDate(id);
        id = id.EndsWith("-latest", StringComparison.Ordinal) ? id[..^"-latest".Length] : id;
        return id.Contains("claude", StringComparison.Ordinal) ? DashedVersion(id) : id;
    }

    /// <summary>Whether an id names one edition of a model by its date.</summary>
    public static bool IsDated(string model)
    {
        string id = WithoutVersion(WithoutVariant(model.Trim().ToLowerInvariant()));
        return WithoutDate(id).Length < id.Length;
    }

    /// <summary>Without the vendor's name before the last slash; the same id when it has none.</summary>
    public static string WithoutVendor(string id) => id[(id.LastIndexOf('/') + 1)..];

    /// <summary><c>models/x</c>, <c>publishers/v/models/x</c>, <c>accounts/v/models/x</c>: x.</summary>
    private static string AfterPath(string id)
    {
        int at = id.LastIndexOf("models/", StringComparison.Ordinal);
        return at == 0 || (at > 0 && id[at - 1] == '/') ? id[(at + "models/".Length)..] : id;
    }

    private static string WithoutVariant(string id)
    {
        foreach (string variant in Variants)
        {
            if (id.EndsWith(variant, StringComparison.Ordinal))
            {
                return id[..^variant.Length];
            }
        }

        return id;
    }

    private static string Regional(string id)
    {
        foreach (string region in BedrockRegions)
        {
            if (id.StartsWith(region, StringComparison.Ordinal))
            {
                return "regional." + id[region.Length..];
            }
        }

        return id;
    }

    /// <summary>Without <c>-v1:0</c>, <c>-v1</c>, <c>:0</c> and <c>@default</c>.</summary>
    private static string WithoutVersion(string id)
    {
        int colon = id.LastIndexOf(':');
        if (colon > 0 && AllDigits(id.AsSpan(colon + 1)))
        {
            id = id[..colon];
        }

        int dash = id.LastIndexOf('-');
        if (dash > 0 && dash + 2 < id.Length && id[dash + 1] == 'v' && AllDigits(id.AsSpan(dash + 2)))
        {
            id = id[..dash];
        }

        return id.EndsWith("@default", StringComparison.Ordinal) ? id[..^"@default".Length] : id;
    }

    /// <summary>Without <c>-YYYY-MM-DD</c>, <c>-YYYYMMDD</c>, <c>@YYYYMMDD</c>, <c>-MMDD</c> and <c>-YYMM</c>.</summary>
    private static string WithoutDate(string id)
    {
        ReadOnlySpan<char> text = id;
        if (text.Length > 11 && text[^11] == '-' && text[^6] == '-' && text[^3] == '-' && AllDigits(text[^10..^6]) && AllDigits(text[^5..^3]) && AllDigits(text[^2..]))
        {
            return id[..^11];
        }

        if (text.Length > 9 && text[^9] is '-' or '@' && AllDigits(text[^8..]))
        {
            return id[..^9];
        }

        return text.Length > 5 && text[^5] == '-' && AllDigits(text[^4..]) ? id[..^5] : id;
    }

    /// <summary><c>claude-opus-4.5</c> and <c>claude-opus-4-5</c> are one model.</summary>
    private static string DashedVersion(string id)
    {
        int dot = id.Length - 1;
        while ((dot = dot <= 0 ? -1 : id.LastIndexOf('.', dot - 1)) > 0)
        {
            if (char.IsAsciiDigit(id[dot - 1]) && dot + 1 < id.Length && char.IsAsciiDigit(id[dot + 1]))
            {
                id = string.Concat(id.AsSpan(0, dot), "-", id.AsSpan(dot + 1));
            }
        }

        return id;
    }

    private static bool AllDigits(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
