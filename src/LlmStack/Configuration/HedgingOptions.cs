namespace LlmStack;

/// <summary>A second attempt beside a slow one; whoever has content first answers, the other is cancelled and paid for on the route.</summary>
public sealed class HedgingOptions
{
    /// <summary>When the second attempt starts; more than zero. Null: after the time within which 95 % of the deployment's calls had content, once there are 10.</summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>The largest share of the group's requests that may be hedged, 0 to 1, beside one every 10 s. Default 0.05.</summary>
    public double MaxShare { get; set; } = 0.05;

    /// <summary>Whether calls are hedged whose tools run at the provider, and would run twice. Default false.</summary>
    public bool AllowProviderTools { get; set; }
}
