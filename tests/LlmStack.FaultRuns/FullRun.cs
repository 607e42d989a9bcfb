namespace LlmStack.FaultRuns;

/// <summary>All parts, one after the other.</summary>
internal static class FullRun
{
    /// <summary>The queues' bound, 64 MiB each for spans and scores, the requests under way, and .NET itself.</summary>
    private const long MemoryBound = 200L << 20;

    public static async Task<int> RunAsync(RunOptions options)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("llmstack-faults-");
        var report = new Report();
        report.Begin(options);
        try
        {
            await RunAsync(options, work.FullName, report);
        }
        finally
        {
            work.Delete(recursive: true);
        }

        Console.WriteLine(report);
        if (options.Report is not null)
        {
            await File.WriteAllTextAsync(options.Report, report.ToString());
        }

        return report.Held ? 0 : 1;
    }

    private static async Task RunAsync(RunOptions options, string work, Report report)
    {
        if (options.Wants("storm-spool"))
        {
            // A thousand seconds at most: with the spool nothing is given up before.
            StormResult storm = await StormRun.RunAsync(new EmitterOptions { Url = "", Directory = Path.Combine(work, "storm"), Spans = options.Spans, BadEvery = StormRun.BadEvery, FlushSeconds = 1_000, Rate = 60_000 }, options.Seed);
            report.Storm(
                "A storm, with the spool",
                $"One span in {StormRun.BadEvery:N0} is one that the receiver never takes: its request is refused with 400 until it is found and dropped alone.",
                storm,
                ($"every span arrived but the {storm.Bad} that the receiver never takes", storm.IsWhole),
                ("exactly those were counted as dropped or unknown", storm.Emitter.Dropped + storm.Emitter.Unknown == storm.Bad),
                ("delivered + dropped + unknown = emitted", storm.AddsUp),
                ("every repeat has the same bytes", storm.Changed == 0),
                ("private memory below 200 MiB", storm.PeakPrivateBytes < MemoryBound));
        }

        if (options.Wants("storm-older"))
        {
            StormResult storm = await StormRun.RunAsync(new EmitterOptions { Url = "", Older = true, Directory = Path.Combine(work, "storm-older"), Spans = options.Spans / 5, BadEvery = StormRun.BadEvery, FlushSeconds = 1_000, Rate = 20_000 }, options.Seed + 4);
            report.Storm(
                "A storm, with the spool, in the older format",
                $"Batches of JSON events, whose items are answered for one by one (207): one in {StormRun.BadEvery:N0} is refused, and of some batches every other item fails for a time.",
                storm,
                ($"every span arrived but the {storm.Bad} that the receiver never takes", storm.IsWhole),
                ("exactly those were counted as dropped or unknown", storm.Emitter.Dropped + storm.Emitter.Unknown == storm.Bad),
                ("items of a batch were refused alone", storm.ItemsRefused > storm.Bad),
                ("delivered + dropped + unknown = emitted", storm.AddsUp),
                ("every repeat has the same bytes", storm.Changed == 0),
                ("private memory below 200 MiB", storm.PeakPrivateBytes < MemoryBound));
        }

        if (options.Wants("storm-memory"))
        {
            StormResult storm = await StormRun.RunAsync(new EmitterOptions { Url = "", Spans = options.Spans, BadEvery = StormRun.BadEvery, FlushSeconds = 60, Rate = 20_000, MaxRetryAgeSeconds = 2 }, options.Seed + 1);
            report.Storm(
                "A storm, without the spool",
                "20,000 spans a second; what could not be delivered for 2 s is given up.",
                storm,
                ("delivered + dropped + unknown = emitted", storm.AddsUp),
                ("the receiver's distinct ids lie between delivered and delivered + unknown", storm.IsBetween),
                ("every repeat has the same bytes", storm.Changed == 0),
                ("private memory below 200 MiB", storm.PeakPrivateBytes < MemoryBound));
        }

        if (options.Wants("kill"))
        {
            report.Kill(await KillRun.RunAsync(Path.Combine(work, "kill"), options.Kills, options.Seed + 2, StormRun.FaultShare, TimeSpan.FromSeconds(2)));
        }

        if (options.Wants("burst"))
        {
            List<BurstResult> bursts = [];
            foreach (int spans in (int[])[20_000, 100_000, 300_000, 1_000_000])
            {
                bursts.Add(await BurstRun.RunAsync(Path.Combine(work, "burst"), spans, runs: 5));
            }

            report.Burst(bursts);
        }

        if (options.Wants("flip"))
        {
            report.Flip(await FlipRun.RunAsync(Path.Combine(work, "flip"), 50_000, 200, options.Seed + 3));
        }

        if (options.Wants("disk"))
        {
            string directory = Path.Combine(work, "disk");
            using IDisposable? mount = FullDiskRun.TryMount(directory);
            report.FullDisk(mount is null ? null : await FullDiskRun.RunAsync(directory, 100_000));
        }

        if (options.Wants("dead"))
        {
            report.Dead(
                "A dead endpoint against a live one",
                "Chat calls through `ILlmClient` with a span each, before an endpoint that takes everything and one where nobody listens. Processor time is that of the whole process, its sending included. The dead endpoint's queue (10,000 spans) is full after the first rounds, as in every longer outage: from then on spans are counted and dropped.",
                await DeadAgainstLive.RunAsync(options.Rounds, spoolDirectory: null));
            report.Dead(
                "The same with the spool",
                "Here nothing is dropped: before the dead endpoint every span is encoded and kept on disk, and some file is always tried.",
                await DeadAgainstLive.RunAsync(options.Rounds, Path.Combine(work, "dead")));
        }
    }
}
