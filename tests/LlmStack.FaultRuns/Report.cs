using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LlmStack.FaultRuns;

/// <summary>The run as a page of Markdown, and whether everything held.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();

    public bool Held { get; private set; } = true;

    public void Begin(RunOptions options)
    {
        _text.Append("# Traces under faults\n\n");
        _text.Append("Written by `dotnet run --project tests/LlmStack.FaultRuns -c Release -- --report docs/tracing-faults.md`. The emitter, and what it is held\n");
        _text.Append("against, are separate processes; requests go over real sockets; the receiver decodes every request and compares ids and bytes.\n\n");
        Line($"Seed {options.Seed}. {options.Spans:N0} spans in a storm, {options.Kills} kills. {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}.");
    }

    public void Storm(string title, string words, StormResult result, params (string Claim, bool Holds)[] claims)
    {
        Section(title, words);
        Line($"Faults drawn: {result.Faults}; away {result.Absences} times for 3 s; {result.Requests:N0} requests read{(result.ItemsRefused == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {result.ItemsRefused:N0} items of batches refused alone"))}.\n");
        _text.Append("| emitted | accepted by the queue | delivered | dropped | unknown | past the spool | arrived, distinct | repeats | repeats with other bytes |\n|---|---|---|---|---|---|---|---|---|\n");
        EmitterResult emitter = result.Emitter;
        Line($"| {emitter.Emitted:N0} | {emitter.Accepted:N0} | {emitter.Delivered:N0} | {emitter.Dropped:N0} | {emitter.Unknown:N0} | {emitter.Bypassed:N0} | {result.Arrived:N0} | {result.Repeats:N0} | {result.Changed:N0} |\n");
        Line($"Emitting took {emitter.EmitSeconds:F1} s, all of it {emitter.TotalSeconds:F0} s. Private memory of the emitter: {Mebi(result.PeakPrivateBytes)} MiB at most, managed heap in the end {Mebi(emitter.HeapBytes)} MiB.\n");
        Claims(claims);
    }

    public void Kill(KillResult result)
    {
        Section("Killed from outside", "SIGKILL at a random time, up to 2 s after the first span, again and again on one directory, one or two processes at a time, while the receiver fails by chance or is away. A witness outside notes every span whose `Emit` returned.");
        _text.Append("| kills | noted by the witness | of them past the spool | of these missing | all others missing | arrived, distinct | repeats | repeats with other bytes | segments left |\n|---|---|---|---|---|---|---|---|---|\n");
        Line($"| {result.Kills} | {result.Noted:N0} | {result.PastSpool:N0} | {result.PastMissing:N0} | {result.Missing:N0} | {result.Arrived:N0} | {result.Repeats:N0} | {result.Changed:N0} | {result.Leftovers} |\n");
        if (result.PastSpool > 0)
        {
            Line($"Past the spool went spans for which no file was ready, because this machine was busy with other work: they waited in memory, as the sink says by its counter.\n");
        }

        Claims(("every span arrived that was in the spool when its Emit returned", result.Missing == 0), ("every repeat has the same bytes", result.Changed == 0), ("nothing is left on disk", result.Leftovers == 0), ("private memory below 200 MiB", result.PeakPrivateBytes < 200L << 20));
    }

    public void Burst(IReadOnlyList<BurstResult> results)
    {
        Section("Bursts", "As fast as two threads can emit, with nobody at the endpoint, in processes that have just begun. The longest `Emit` holds what else this machine did meanwhile, and what is compiled at the first span.");
        _text.Append("| spans in a burst | bursts | spans a second, median | past the spool, of all | longest `Emit`, median, ms | of all, ms |\n|---|---|---|---|---|---|\n");
        foreach (BurstResult result in results)
        {
            Line($"| {result.Spans:N0} | {result.Runs} | {result.PerSecond:N0} | {result.PastSpool:N0} | {result.MedianLongest:F1} | {result.Longest:F1} |");
        }

        _text.Append('\n');
        Claims(("every span was accepted", results.All(static result => result.IsWhole)), ("no more than one span in 1,000 went past the spool", results.All(static result => result.KeepsUp)));
    }

    public void Flip(FlipResult result)
    {
        Section("Flipped bytes", "Random bytes of the files that an emitter left behind are changed before the next process reads them.");
        _text.Append("| bytes flipped | spans in the files | arrived | counted as damaged | arrived with other bytes |\n|---|---|---|---|---|\n");
        Line($"| {result.Flips} | {result.Spans:N0} | {result.Arrived:N0} | {result.Dropped:N0} | {result.Changed} |\n");
        Claims(("nothing arrives that was not emitted", result.Changed == 0), ("what does not arrive is counted, and is no more than was hit", result.IsSound));
    }

    public void FullDisk(FullDiskResult? result)
    {
        if (result is null)
        {
            Section("A full file system", "Not run: mounting a small file system is not allowed here.");
            return;
        }

        Section("A full file system", $"The spool lies on a file system of {result.MegaBytes} MB; nobody listens at first, and somebody else's file takes the last byte. Then the receiver comes.");
        EmitterResult emitter = result.Emitter;
        _text.Append("| emitted | accepted | past the spool | dropped, counted | arrived | private memory, MiB |\n|---|---|---|---|---|---|\n");
        Line($"| {emitter.Emitted:N0} | {emitter.Accepted:N0} | {emitter.Bypassed:N0} | {emitter.Dropped:N0} | {result.Arrived:N0} | {Mebi(result.PeakPrivateBytes)} |\n");
        Claims(("the process lives, whatever was accepted arrives, the rest is counted", result.IsSound));
    }

    public void Dead(string title, string words, DeadAgainstLiveResult result)
    {
        Section(title, words);
        _text.Append("| endpoint | processor, µs a call | of it the caller's thread | allocated, B a call | by the caller's thread | median, µs | p99, µs |\n|---|---|---|---|---|---|---|\n");
        Endpoint("live", result.Live);
        Endpoint("dead", result.Dead);
        Line($"\nDead against live, medians of the ratios of {result.Rounds} pairs of neighbouring rounds: processor {result.CpuRatio:F2} ×, of the caller's thread {result.CallerCpuRatio:F2} ×, p99 {result.P99Ratio:F2} ×, over {result.Calls:N0} calls each. The runtime's recompilation by profile is off.\n");
        Claims(
            ("processor time per call ≤ 1.02 ×", result.CpuRatio <= 1.02),
            ("equal allocations by the caller's thread, to the byte", result.Live.CallerAllocatedBytes == result.Dead.CallerAllocatedBytes),
            ("no more allocations of the process, ± 16 B", result.Dead.AllocatedBytes <= result.Live.AllocatedBytes + 16),
            ("p99 ≤ 1.05 ×", result.P99Ratio <= 1.05));
    }

    private void Endpoint(string name, Round round)
    {
        string caller = round.CallerCpuMicroseconds is { } cpu ? cpu.ToString("F1", CultureInfo.InvariantCulture) : "not told here";
        Line($"| {name} | {round.CpuMicroseconds:F1} | {caller} | {round.AllocatedBytes:N0} | {round.CallerAllocatedBytes:N0} | {round.MedianMicroseconds:F1} | {round.P99Microseconds:F1} |");
    }

    public override string ToString() => _text.ToString();

    private static string Mebi(long bytes) => (bytes / (double)(1 << 20)).ToString("F0", CultureInfo.InvariantCulture);

    private void Section(string title, string words) => _text.Append("\n## ").Append(title).Append("\n\n").Append(words).Append("\n\n");

    private void Claims(params (string Claim, bool Holds)[] claims)
    {
        foreach ((string claim, bool holds) in claims)
        {
            Held &= holds;
            _text.Append("* ").Append(claim).Append(": ").Append(holds ? "holds" : "**does not hold**").Append('\n');
        }
    }

    private void Line(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
