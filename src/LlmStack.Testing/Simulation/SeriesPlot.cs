using System.Globalization;

namespace LlmStack.Testing.Simulation;

/// <summary>Draws a report as three panels over time: share of attempts by deployment, latency, failures.</summary>
internal static class SeriesPlot
{
    private const int Width = 760;
    private const int PanelHeight = 120;
    private const int PanelGap = 44;
    private const int Left = 60;
    private const int Right = 180;
    private const int Top = 34;

    /// <summary>More points than this are averaged: they would only make the file larger.</summary>
    private const int MaxPoints = 120;

    private static readonly string[] Colors = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"];

    public static void Write(SimulationReport report, TextWriter writer)
    {
        int seconds = report.Seconds.Count;
        int step = Math.Max(1, (seconds + MaxPoints - 1) / MaxPoints);
        int height = Top + (3 * (PanelHeight + PanelGap));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"));
        writer.Write($"<text x=\"{Left}\" y=\"16\" font-size=\"13\" font-weight=\"bold\">{Escaped(report.Scenario)}</text>\n");

        var shares = new List<SvgLine>();
        var failures = new List<SvgLine>();
        for (int i = 0; i < report.Deployments.Count; i++)
        {
            int deployment = i;
            string color = Colors[i % Colors.Length];
            string name = report.Deployments[i].Deployment;
            shares.Add(new SvgLine(name, color, Points(report, step, window => Share(window, deployment))));
            failures.Add(new SvgLine(name, color, Points(report, step, window => window.Average(second => second.FailuresByDeployment[deployment]))));
        }

        failures.Add(new SvgLine("lost or cut calls", "#000000", Points(report, step, static window => window.Average(static second => second.Lost + second.Cut))));
        SvgLine[] latencies =
        [
            new("p50", "#1f77b4", Points(report, step, static window => Milliseconds(window, static second => second.MedianLatency))),
            new("p95", "#ff7f0e", Points(report, step, static window => Milliseconds(window, static second => second.P95Latency))),
        ];
        Panel(writer, 0, seconds, "share of attempts, %", shares);
        Panel(writer, 1, seconds, "latency of calls, ms", latencies);
        Panel(writer, 2, seconds, "failures per second", failures);
        writer.Write("</svg>\n");
    }

    private static double? Share(ReadOnlySpan<SimulationSecond> window, int deployment)
    {
        long own = 0;
        long all = 0;
        foreach (SimulationSecond second in window)
        {
            own += second.AttemptsByDeployment[deployment];
            all += second.Attempts;
        }

        return all == 0 ? null : 100.0 * own / all;
    }

    private static double Average(this ReadOnlySpan<SimulationSecond> window, Func<SimulationSecond, int> value)
    {
        double sum = 0;
        foreach (SimulationSecond second in window)
        {
            sum += value(second);
        }

        return sum / window.Length;
    }

    private static double? Milliseconds(ReadOnlySpan<SimulationSecond> window, Func<SimulationSecond, TimeSpan?> value)
    {
        double sum = 0;
        int known = 0;
        foreach (SimulationSecond second in window)
        {
            if (value(second) is { } time)
            {
                sum += time.TotalMilliseconds;
                known++;
            }
        }

        return known == 0 ? null : sum / known;
    }

    private static List<(double Second, double Value)> Points(SimulationReport report, int step, WindowValue value)
    {
        SimulationSecond[] seconds = [.. report.Seconds];
        var points = new List<(double, double)>();
        for (int from = 0; from < seconds.Length; from += step)
        {
            if (value(seconds.AsSpan(from, Math.Min(step, seconds.Length - from))) is { } known)
            {
                points.Add((from + (step / 2.0), known));
            }
        }

        return points;
    }

    private static void Panel(TextWriter writer, int number, int seconds, string title, IReadOnlyList<SvgLine> lines)
    {
        int top = Top + (number * (PanelHeight + PanelGap));
        int bottom = top + PanelHeight;
        int right = Width - Right;
        double highest = Ceiling(lines.Max(static line => line.Points.Count == 0 ? 0 : line.Points.Max(static point => point.Value)));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 4}\">{title}</text>\n<path d=\"M{Left} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#888888\"/>\n"));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{top + 8}\" text-anchor=\"end\">{highest:0.##}</text>\n<text x=\"{Left - 6}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n"));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{bottom + 14}\">0 s</text>\n<text x=\"{right}\" y=\"{bottom + 14}\" text-anchor=\"end\">{seconds} s</text>\n"));
        for (int i = 0; i < lines.Count; i++)
        {
            SvgLine line = lines[i];
            writer.Write($"<polyline fill=\"none\" stroke=\"{line.Color}\" stroke-width=\"1.5\" points=\"");
            for (int point = 0; point < line.Points.Count; point++)
            {
                (double second, double value) = line.Points[point];
                double x = Left + ((right - Left) * second / Math.Max(1, seconds));
                double y = bottom - (PanelHeight * value / highest);
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{(point == 0 ? "" : " ")}{x:0.#},{y:0.#}"));
            }

            writer.Write(string.Create(CultureInfo.InvariantCulture, $"\"/>\n<text x=\"{right + 10}\" y=\"{top + 10 + (i * 14)}\" fill=\"{line.Color}\">{Escaped(line.Name)}</text>\n"));
        }
    }

    /// <summary>The next 1, 2 or 5 with zeros.</summary>
    private static double Ceiling(double value)
    {
        double unit = 1;
        while (unit * 10 <= value)
        {
            unit *= 10;
        }

        return value <= 1 ? 1 : value <= unit ? unit : value <= 2 * unit ? 2 * unit : value <= 5 * unit ? 5 * unit : 10 * unit;
    }

    private static string Escaped(string text) => System.Security.SecurityElement.Escape(text);

    private delegate double? WindowValue(ReadOnlySpan<SimulationSecond> window);

    private sealed record SvgLine(string Name, string Color, List<(double Second, double Value)> Points);
}
