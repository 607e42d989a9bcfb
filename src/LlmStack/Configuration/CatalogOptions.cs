namespace LlmStack;

/// <summary>Where newer knowledge of models comes from. Without a source the embedded catalogue is used as it is.</summary>
public sealed class CatalogOptions
{
    /// <summary>A file, or an http or https address, in the form of the embedded catalogue. Null: none.</summary>
    public string? Source { get; set; }

    /// <summary>How often the source is read; 1 second to 24 days. Default 6 hours. It is read in the background, first at start.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long one reading of an address may take; more than 0, at most 24 days. Default 30 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
