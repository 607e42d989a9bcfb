namespace LlmStack.FaultRuns;

/// <summary>Bytes of a spool that is left behind are flipped at random: what is whole still arrives, unchanged, and the rest is counted.</summary>
internal static class FlipRun
{
    public static async Task<FlipResult> RunAsync(string directory, int spans, int flips, int seed)
    {
        await using var receiver = new FaultReceiver(FaultPlan.None);
        receiver.Reserve();
        var options = new EmitterOptions { Url = receiver.Url, Directory = directory, Spans = spans, SegmentBytes = 1024 * 1024, FlushSeconds = 0 };
        using (EmitterProcess emitter = EmitterProcess.Start(options))
        {
            await emitter.ResultAsync();
        }

        string copy = directory + "-whole";
        Copy(directory, copy);
        Flip(directory, flips, seed);
        await receiver.ComeAsync();
        (EmitterResult damaged, SpanLedger arrived) = await DrainAsync(receiver.Ledger, options with { Spans = 1, FirstId = 1_000_000_000, FlushSeconds = 60 });

        // The same directory, undamaged, to the same address: what the bytes should have been.
        await receiver.GoAsync();
        await using var truth = new FaultReceiver(FaultPlan.None) { Port = receiver.Port };
        await truth.ComeAsync();
        (_, SpanLedger whole) = await DrainAsync(truth.Ledger, options with { Directory = copy, Spans = 1, FirstId = 1_000_000_000, FlushSeconds = 60 });
        return new FlipResult(flips, whole.Distinct - 1, arrived.Distinct - 1, damaged.Dropped, arrived.NotIn(whole));
    }

    private static async Task<(EmitterResult Result, SpanLedger Arrived)> DrainAsync(SpanLedger ledger, EmitterOptions options)
    {
        using EmitterProcess emitter = EmitterProcess.Start(options);
        return (await emitter.ResultAsync(), ledger);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static void Flip(string directory, int flips, int seed)
    {
        var random = new Random(seed);
        string[] files = Directory.GetFiles(directory, "*.seg", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        for (int i = 0; i < flips; i++)
        {
            using FileStream file = File.Open(files[random.Next(files.Length)], FileMode.Open);
            file.Position = random.NextInt64(file.Length);
            int was = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(was ^ (1 + random.Next(255))));
        }
    }
}
