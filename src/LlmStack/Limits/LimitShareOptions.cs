namespace LlmStack;

/// <summary>A part of a limit that is kept for some calls, and lent to others while nobody wants it.</summary>
public sealed class LimitShareOptions
{
    /// <summary>For calls with this one among <see cref="LlmContext.Tags"/>; null: any.</summary>
    public string? Tag { get; set; }

    /// <summary>For calls of this <c>RoutingOptions.Priority</c>; 0 to 9; null: any.</summary>
    public int? Priority { get; set; }

    /// <summary>How much of every amount; more than 0, all shares of a limit together at most 1. Required.</summary>
    public double? Share { get; set; }
}
