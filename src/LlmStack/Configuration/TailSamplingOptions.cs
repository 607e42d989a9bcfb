namespace LlmStack;

/// <summary>
/// Which traces are kept although <see cref="TracingOptions.SampleRate"/> leaves them out. Their spans wait in memory, within the bounds
/// below, until the topmost span of the trace in this process ends.
/// </summary>
public sealed class TailSamplingOptions
{
    /// <summary>Whether traces in which a span is an error are always kept. Default true.</summary>
    public bool KeepErrors { get; set; } = true;

    /// <summary>Traces that took this long or longer are always kept; more than 0. Default null: length does not matter.</summary>
    public TimeSpan? KeepSlowerThan { get; set; }

    /// <summary>Traces whose calls cost this much or more, in US dollars, are always kept; more than 0. Default null: cost does not matter.</summary>
    public decimal? KeepCostlierThan { get; set; }

    /// <summary>Spans that wait at most, 16 or more. Beyond it the oldest trace is decided by what is known of it. Default 10,000.</summary>
    public int MaxSpans { get; set; } = 10_000;

    /// <summary>Bytes of content that wait at most, 64 KiB or more; likewise. Default 64 MiB.</summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The longest wait, more than 0 and at most 24 days; then a trace is decided by what is known of it. Default 10 minutes.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether there is anything to wait for.</summary>
    internal bool IsActive => KeepErrors || KeepSlowerThan is not null || KeepCostlierThan is not null;
}
