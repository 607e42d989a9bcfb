namespace LlmStack.FaultRuns;

/// <summary>
/// Emitters, one or two at a time, that are killed from outside at random times, again and again on the same directory, with a witness of every
/// <c>Emit</c> that returned. Whatever the witness noted must arrive, delivered by the process itself or by one of its successors.
/// </summary>
internal static class KillRun
{
    private const ulong IdsOfOneProcess = 1_000_000_000;

    public static async Task<KillResult> RunAsync(string directory, int kills, int seed, double faultShare, TimeSpan longestLife, int rate = 20_000)
    {
        var random = new Random(seed);
        var plan = new FaultPlan(seed, faultShare);
        await using var receiver = new FaultReceiver(plan);
        await receiver.ComeAsync();
        var options = new EmitterOptions { Url = receiver.Url, Directory = directory, Witness = true, SegmentBytes = 4 * 1024 * 1024, Rate = rate, RequestTimeoutMilliseconds = 500 };
        List<ulong> noted = [];
        long peak = 0;
        for (int killed = 0; killed < kills;)
        {
            // In every third life nobody listens, so that it leaves everything behind.
            bool away = random.Next(3) == 0;
            if (away)
            {
                await receiver.GoAsync();
            }

            var emitters = new EmitterProcess[Math.Min(kills - killed, 1 + random.Next(2))];
            var lives = new Task<List<ulong>>[emitters.Length];
            for (int i = 0; i < emitters.Length; i++)
            {
                emitters[i] = EmitterProcess.Start(options with { FirstId = 1 + ((ulong)(killed + i) * IdsOfOneProcess) });
                lives[i] = emitters[i].KillAsync(longestLife * random.NextDouble());
            }

            foreach (List<ulong> life in await Task.WhenAll(lives))
            {
                noted.AddRange(life);
            }

            foreach (EmitterProcess emitter in emitters)
            {
                peak = Math.Max(peak, emitter.PeakPrivateBytes);
                emitter.Dispose();
            }

            killed += emitters.Length;
            if (away)
            {
                await receiver.ComeAsync();
            }
        }

        plan.IsOver = true;
        using EmitterProcess last = EmitterProcess.Start(options with { Witness = false, Spans = 1, FirstId = 1 + ((ulong)kills * IdsOfOneProcess) });
        EmitterResult result = await last.ResultAsync();
        int missing = noted.Count(id => !receiver.Ledger.Has(id));
        return new KillResult(kills, noted.Count, missing, receiver.Ledger.Distinct, receiver.Ledger.Repeats, receiver.Ledger.Changed, result.Dropped, Math.Max(peak, last.PeakPrivateBytes), Leftovers(directory));
    }

    private static int Leftovers(string directory) => Directory.GetFiles(directory, "*.seg", SearchOption.AllDirectories).Length;
}
