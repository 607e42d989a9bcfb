namespace LlmStack;

/// <summary>Sends a sample of a group's calls to another group as well. The caller neither waits nor pays for it.</summary>
public sealed class MirrorOptions
{
    /// <summary>The group that gets the copies; required.</summary>
    public string? Group { get; set; }

    /// <summary>The share of the calls that is copied, 0 to 1. Default 0.01.</summary>
    public double SampleRate { get; set; } = 0.01;

    /// <summary>Copies under way at a time, 1 to 1,000; calls beyond that are not copied. Default 4.</summary>
    public int MaxConcurrency { get; set; } = 4;

    /// <summary>Copies in any 60 seconds; 1 or more. Null: no limit but the sample's.</summary>
    public int? RequestsPerMinute { get; set; }
}
