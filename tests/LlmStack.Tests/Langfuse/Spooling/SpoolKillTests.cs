using LlmStack.FaultRuns;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>A cut of the fault runs: real processes that are killed with SIGKILL while they emit, or emit as fast as they can, and a disk that is really full.</summary>
public sealed class SpoolKillTests
{
    [Fact]
    public async Task Whatever_a_killed_process_was_told_is_kept_arrives()
    {
        using var folder = new SpoolFolder();

        KillResult result = await KillRun.RunAsync(folder.Spool, kills: 4, seed: 7, faultShare: 0.1, longestLife: TimeSpan.FromSeconds(1)).WaitAsync(TimeSpan.FromSeconds(90));

        Assert.InRange(result.Noted, 100, int.MaxValue);
        Assert.Equal(0, result.Missing);
        Assert.Equal(0, result.Changed);
        Assert.Equal(0, result.Leftovers);
    }

    [MountFact]
    public async Task A_full_file_system_costs_no_process_and_no_accepted_span()
    {
        using var folder = new SpoolFolder();
        string directory = Path.Combine(folder.Path, "disk");
        using IDisposable mount = FullDiskRun.TryMount(directory)!;

        FullDiskResult result = await FullDiskRun.RunAsync(directory, spans: 40_000).WaitAsync(TimeSpan.FromSeconds(90));

        Assert.True(result.IsSound, result.ToString());
        Assert.InRange(result.Emitter.Bypassed, 1, long.MaxValue);
    }

    [Fact]
    public async Task A_burst_of_two_threads_goes_into_the_spool()
    {
        using var folder = new SpoolFolder();

        BurstResult result = await BurstRun.RunAsync(folder.Spool, spans: 60_000, runs: 1).WaitAsync(TimeSpan.FromSeconds(90));

        Assert.True(result is { IsWhole: true, KeepsUp: true }, result.ToString());
    }

    [Fact]
    public async Task Flipped_bytes_in_what_a_process_left_cost_what_they_hit()
    {
        using var folder = new SpoolFolder();

        FlipResult result = await FlipRun.RunAsync(folder.Spool, spans: 2_000, flips: 20, seed: 7).WaitAsync(TimeSpan.FromSeconds(90));

        Assert.Equal(2_000, result.Spans);
        Assert.True(result.IsSound, result.ToString());
        Assert.InRange(result.Dropped, 1, 20);
    }
}
