namespace LlmStack.FaultRuns;

/// <summary>Spans as fast as two threads can emit them, into a spool that nobody reads: does it keep up, and does anybody wait for it?</summary>
internal static class BurstRun
{
    private const string Nowhere = "http://127.0.0.1:1";

    public static async Task<BurstResult> RunAsync(string directory, int spans, int runs)
    {
        long past = 0;
        long accepted = 0;
        List<double> rates = [];
        List<double> longest = [];
        for (int i = 0; i < runs; i++)
        {
            // A directory of its own, so that each finds the spool at rest.
            using EmitterProcess emitter = EmitterProcess.Start(new EmitterOptions { Url = Nowhere, Directory = Path.Combine(directory, $"{spans}-{i}"), Spans = spans, FlushSeconds = 0 });
            EmitterResult result = await emitter.ResultAsync();
            past += result.Bypassed;
            accepted += result.Accepted;
            rates.Add(spans / result.EmitSeconds);
            longest.Add(result.LongestEmitMilliseconds);
            Directory.Delete(Path.Combine(directory, $"{spans}-{i}"), recursive: true);
        }

        rates.Sort();
        longest.Sort();
        return new BurstResult(spans, runs, rates[runs / 2], accepted, past, longest[runs / 2], longest[^1]);
    }
}
