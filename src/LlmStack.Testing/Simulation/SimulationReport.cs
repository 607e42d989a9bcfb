namespace LlmStack.Testing.Simulation;

/// <summary>What came of a scenario.</summary>
public sealed class SimulationReport
{
    internal SimulationReport()
    {
    }

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The seed it ran with.</summary>
    public required ulong Seed { get; init; }

    /// <summary>From the first arrival to the end of the last call.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Calls that arrived; each ended as served, lost, cut or refused.</summary>
    public required long Calls { get; init; }

    /// <summary>Calls that were answered in full.</summary>
    public required long Served { get; init; }

    /// <summary>Streams that were lost after their first content (<see cref="LlmErrorKind.StreamInterrupted"/>).</summary>
    public required long Cut { get; init; }

    /// <summary>Calls that failed by their own fault: invalid, too long, against a policy.</summary>
    public required long Refused { get; init; }

    /// <summary>Every other call that failed.</summary>
    public long Lost => Calls - Served - Cut - Refused;

    /// <summary>Attempts of all calls.</summary>
    public required long Attempts { get; init; }

    /// <summary>Attempts for each call.</summary>
    public double AttemptsPerCall => Calls == 0 ? 0 : (double)Attempts / Calls;

    /// <summary>The calls that failed, by the kind their callers saw.</summary>
    public required IReadOnlyDictionary<LlmErrorKind, long> Errors { get; init; }

    /// <summary>Of the calls answered, from arrival to end; null when there were none.</summary>
    public required TimeSpan? MedianLatency { get; init; }

    /// <summary>Likewise.</summary>
    public required TimeSpan? P95Latency { get; init; }

    /// <summary>Likewise.</summary>
    public required TimeSpan? P99Latency { get; init; }

    /// <summary>From the arrival of a streamed call to its first update; null when none streamed.</summary>
    public required TimeSpan? MedianFirstToken { get; init; }

    /// <summary>Of the calls answered, in US dollars; null when no price is known.</summary>
    public required decimal? Cost { get; init; }

    /// <summary>Every deployment that the configuration names or that was asked.</summary>
    public required IReadOnlyList<DeploymentReport> Deployments { get; init; }

    /// <summary>The outages of the scenario, one for each deployment concerned.</summary>
    public required IReadOnlyList<OutageReport> Outages { get; init; }

    /// <summary>Second by second.</summary>
    public required IReadOnlyList<SimulationSecond> Seconds { get; init; }

    /// <summary>What was left over.</summary>
    public required SimulationLeftovers Leftovers { get; init; }

    /// <summary>The report as Markdown: the figures and a table of the deployments.</summary>
    public string ToMarkdown() => ReportTable.Markdown(this);

    /// <summary>The series, a line for each second, with a header.</summary>
    /// <param name="writer">Where to; lines end with a line feed.</param>
    public void WriteCsv(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        SeriesCsv.Write(this, writer);
    }

    /// <summary>Share, latency and errors over time as an SVG image.</summary>
    /// <param name="writer">Where to; lines end with a line feed.</param>
    public void WriteSvg(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        SeriesPlot.Write(this, writer);
    }

    /// <summary>The report as plain text.</summary>
    public override string ToString() => ReportTable.Text(this);
}
