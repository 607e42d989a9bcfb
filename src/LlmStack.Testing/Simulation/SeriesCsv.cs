using System.Globalization;

namespace LlmStack.Testing.Simulation;

/// <summary>Writes the series of a report as comma-separated values.</summary>
internal static class SeriesCsv
{
    public static void Write(SimulationReport report, TextWriter writer)
    {
        writer.Write("second,arrived,served,lost,cut,attempts,p50_ms,p95_ms");
        foreach (DeploymentReport deployment in report.Deployments)
        {
            writer.Write($",{Quoted(deployment.Deployment + " attempts")},{Quoted(deployment.Deployment + " failures")}");
        }

        writer.Write('\n');
        foreach (SimulationSecond second in report.Seconds)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{second.Number},{second.Arrived},{second.Served},{second.Lost},{second.Cut},{second.Attempts},{Milliseconds(second.MedianLatency)},{Milliseconds(second.P95Latency)}"));
            for (int i = 0; i < report.Deployments.Count; i++)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $",{second.AttemptsByDeployment[i]},{second.FailuresByDeployment[i]}"));
            }

            writer.Write('\n');
        }
    }

    private static string Milliseconds(TimeSpan? time) => time is { } known ? known.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture) : "";

    private static string Quoted(string text) => text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
