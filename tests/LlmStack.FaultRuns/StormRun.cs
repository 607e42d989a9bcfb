namespace LlmStack.FaultRuns;

/// <summary>Many spans against an endpoint that is slow, hangs, resets, answers 429, 500 and 503, rejects some items, goes away and returns.</summary>
internal static class StormRun
{
    public const double FaultShare = 0.08;
    public const int BadEvery = 20_011;
    private static readonly TimeSpan Presence = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(3);

    public static async Task<StormResult> RunAsync(EmitterOptions options, int seed)
    {
        var plan = new FaultPlan(seed, FaultShare);
        await using var receiver = new FaultReceiver(plan);
        await receiver.ComeAsync();
        using EmitterProcess emitter = EmitterProcess.Start(options with { Url = receiver.Url });
        Task<EmitterResult> ended = emitter.ResultAsync();
        int absences = 0;
        while (await Task.WhenAny(ended, Task.Delay(Presence)) != ended)
        {
            await receiver.GoAsync();
            absences++;
            await Task.Delay(Absence);
            await receiver.ComeAsync();
        }

        EmitterResult result = await ended;
        int bad = options.BadEvery == 0 ? 0 : (int)((options.FirstId + (ulong)options.Spans - 1) / (ulong)options.BadEvery);
        return new StormResult(result, receiver.Ledger.Distinct, receiver.Ledger.Repeats, receiver.Ledger.Changed, bad, absences, receiver.Requests, receiver.ItemsRefused, plan.Describe(), emitter.PeakPrivateBytes);
    }
}
