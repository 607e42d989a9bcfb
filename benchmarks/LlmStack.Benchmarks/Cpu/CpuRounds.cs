using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LlmStack.Benchmarks.Cpu;

/// <summary>
/// Measures the processor time of whole rounds, candidates taking turns, so that whatever else the machine does meets all of them
/// alike. The first candidate is the baseline; each figure is the median of its rounds.
/// </summary>
internal static class CpuRounds
{
    private const int WarmUpRounds = 2;

    public static async Task<string> RunAsync(string title, IReadOnlyList<CpuCandidate> candidates, int operations, int rounds)
    {
        var samples = new List<Sample>[candidates.Count];
        for (int i = 0; i < candidates.Count; i++)
        {
            samples[i] = [];
        }

        for (int round = 0; round < WarmUpRounds + rounds; round++)
        {
            for (int i = 0; i < candidates.Count; i++)
            {
                // The order turns, so that nobody always follows the same neighbour.
                int turn = (i + round) % candidates.Count;
                Sample sample = await MeasureAsync(candidates[turn], operations);
                if (round >= WarmUpRounds)
                {
                    samples[turn].Add(sample);
                }
            }
        }

        return Write(title, candidates, samples, operations, rounds);
    }

    private static async Task<Sample> MeasureAsync(CpuCandidate candidate, int operations)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = process.TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        await candidate.Round(operations);
        TimeSpan wall = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Sample(cpu.TotalMicroseconds / operations, wall.TotalMicroseconds / operations, (double)allocated / operations);
    }

    private static string Write(string title, IReadOnlyList<CpuCandidate> candidates, List<Sample>[] samples, int operations, int rounds)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {title}\n\n{rounds} rounds of {operations} operations each, candidates taking turns; medians. ");
        text.Append(CultureInfo.InvariantCulture, $".NET {Environment.Version}, {Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}.\n\n");
        text.Append("| | CPU µs/op | ratio | spread | wall µs/op | ops/s | ratio | B/op | ratio |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        Sample basis = Median(samples[0]);
        for (int i = 0; i < candidates.Count; i++)
        {
            Sample median = Median(samples[i]);
            double spread = (samples[i].Max(static s => s.Cpu) - samples[i].Min(static s => s.Cpu)) / median.Cpu;
            text.Append(CultureInfo.InvariantCulture, $"| {candidates[i].Name} | {median.Cpu:F2} | {median.Cpu / basis.Cpu:F2} | {spread:P0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {median.Wall:F2} | {1e6 / median.Wall:F0} | {basis.Wall / median.Wall:F2} | {median.Bytes:F0} | {median.Bytes / basis.Bytes:F2} |\n");
        }

        return text.ToString();
    }

    private static Sample Median(List<Sample> samples) => new(
        Median(samples.Select(static s => s.Cpu)),
        Median(samples.Select(static s => s.Wall)),
        Median(samples.Select(static s => s.Bytes)));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private readonly record struct Sample(double Cpu, double Wall, double Bytes);
}
