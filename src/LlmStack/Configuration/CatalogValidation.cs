namespace LlmStack.Configuration;

/// <summary>Checks where newer knowledge of models comes from.</summary>
internal static class CatalogValidation
{
    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        string path = $"{LlmStackOptions.SectionName}:{nameof(options.Catalog)}";
        CatalogOptions catalog = options.Catalog;
        if (catalog.Source is { } source && string.IsNullOrWhiteSpace(source))
        {
            problems.Add($"{path}:{nameof(catalog.Source)}", source, "a file, or an http or https address");
        }
        else if (catalog.Source is { } address && address.Contains("://", StringComparison.Ordinal) && CatalogSource.AddressOf(address) is null)
        {
            problems.Add($"{path}:{nameof(catalog.Source)}", address[..address.IndexOf("://", StringComparison.Ordinal)] + "://…", "a file, or an http or https address without user and password");
        }

        problems.Positive($"{path}:{nameof(catalog.Timeout)}", catalog.Timeout);
        if (catalog.Interval < TimeSpan.FromSeconds(1) || catalog.Interval > TimeSpan.FromDays(24))
        {
            problems.Add($"{path}:{nameof(catalog.Interval)}", catalog.Interval, "a time, 1 second to 24 days");
        }
    }
}
