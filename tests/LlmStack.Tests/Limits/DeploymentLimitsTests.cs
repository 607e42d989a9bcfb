using CsCheck;
using LlmStack.Limits;

namespace LlmStack.Tests.Limits;

public class DeploymentLimitsTests
{
    private const long Frequency = 10_000_000;
    private const long Granule = Frequency / 100;
    private const long Window = 60 * Frequency;

    // Not 0: nothing may depend on the clock's origin.
    private const long Start = 1_000 * Frequency + 12_345;

    private static bool Reserve(DeploymentLimits limits, long now, int? requests, int? tokens = null, long amount = 0) =>
        limits.TryReserve(requests, tokens, amount, now, Frequency, out _, out _) != 0;

    [Fact]
    public void Busy_deployment_far_from_its_limits_keeps_few_entries_and_forgets_all_of_them()
    {
        var limits = new DeploymentLimits();
        long now = Start;
        int most = 0;
        for (int i = 0; i < 12_000; i++, now += Granule)
        {
            Assert.True(Reserve(limits, now, 1_000_000));
            most = Math.Max(most, limits.Entries);
        }
        Assert.InRange(most, DeploymentLimits.ExactEntries, DeploymentLimits.ExactEntries + 62);
        Assert.InRange(limits.RequestsAt(now), 6_000, 6_100);
        Assert.Equal(0, limits.RequestsAt(now + Window + Frequency));
        Assert.Equal(0, limits.Entries);
    }

    [Fact]
    public void Busy_deployment_near_its_limit_slides_on_ten_milliseconds()
    {
        var limits = new DeploymentLimits();
        long now = Start;
        for (int i = 0; i < 6_000; i++, now += Granule)
        {
            Assert.True(Reserve(limits, now, 6_000));
        }
        // One leaves every 10 ms, once those that were reserved while little was used have left.
        now += Frequency * 5;
        for (int i = 0; i < 100; i++, now += Granule)
        {
            while (Reserve(limits, now, 6_000))
            {
            }
            Assert.Equal(6_000, limits.RequestsAt(now));
            Assert.Equal(5_999, limits.RequestsAt(now + Granule));
        }
    }

    [Fact]
    public void Coarse_entry_ends_when_the_limit_comes_near_and_leaves_with_its_last_reservation()
    {
        var limits = new DeploymentLimits();
        long now = Start;
        for (int i = 0; i < DeploymentLimits.ExactEntries + 1; i++, now += Granule)
        {
            Assert.True(Reserve(limits, now, null, 160_000, 100));
        }
        // In the middle of a coarse second the limit comes near.
        now += 20 * Granule;
        Assert.True(Reserve(limits, now, null, 160_000, 100_000));
        Assert.Equal(106_500, limits.TokensAt(now));

        // The exact entries have left by then; of the coarse one, all leaves together.
        Assert.Equal(100_100, limits.TokensAt(now + Window - Granule));
        Assert.Equal(0, limits.TokensAt(now + Window));
    }

    [Fact]
    public void Nothing_is_ever_over_the_limit_and_relief_is_at_most_a_second_late()
    {
        Gen<(int Gap, int Count)> step = Gen.Select(Gen.Int[1, 90], Gen.Int[1, 40]);
        Gen.Select(Gen.Int[1_000, 3_000], step.Array[150, 400]).Sample((most, steps) =>
        {
            var limits = new DeploymentLimits();
            var admitted = new List<long>();
            long now = Start;
            foreach ((int gap, int count) in steps)
            {
                now += gap * Granule;
                for (int i = 0; i < count; i++)
                {
                    int exact = Since(admitted, now - Window);
                    bool fits = Reserve(limits, now, most);
                    Assert.False(fits && exact >= most, "over the limit");
                    Assert.False(!fits && Since(admitted, now - Window - Frequency) < most, "refused without need");
                    if (fits)
                    {
                        admitted.Add(now);
                    }
                }
            }
            Assert.Equal(0, limits.RequestsAt(now + Window + Frequency));
        }, iter: 60);
    }

    [Fact]
    public void Odd_clock_frequencies_slide_alike()
    {
        const long Odd = 3_579_545;
        var limits = new DeploymentLimits();
        long early = 12_345_678;
        Assert.NotEqual(0, limits.TryReserve(1, null, 0, early, Odd, out _, out _));
        long granule = early * 100 / Odd;
        long relief = ((granule + 6_000) * Odd + 99) / 100;
        Assert.Equal(0, limits.TryReserve(1, null, 0, relief - 1, Odd, out _, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromMilliseconds(10), wait);
        Assert.NotEqual(0, limits.TryReserve(1, null, 0, relief, Odd, out _, out _));
    }

    [Fact]
    public void Open_reservations_agree_with_a_set()
    {
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1_000]).Array[1, 600].Sample(steps =>
        {
            var open = default(OpenReservations);
            var model = new List<uint>();
            foreach ((int kind, int choice) in steps)
            {
                if (kind < 2)
                {
                    model.Add(open.Add());
                }
                else if (model.Count > 0)
                {
                    // Old ones are left open more often than not, so that some outlive 64 others.
                    uint number = model[^(1 + (choice % Math.Min(model.Count, 90)))];
                    model.Remove(number);
                    Assert.True(open.Remove(number));
                    Assert.False(open.Remove(number));
                }
                Assert.Equal(model.Count, open.Count);
            }
            Assert.All(model, number => Assert.True(open.Remove(number)));
            Assert.Equal(0, open.Count);
        }, iter: 200);
    }

    [Fact]
    public async Task Parallel_calls_never_exceed_the_tokens_and_their_sums_return_to_what_was_used()
    {
        const int Limit = 50_000;
        var limits = new DeploymentLimits();
        long used = 0;
        int over = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new SeededRandomSource((ulong)worker);
            for (int i = 0; i < 5_000; i++)
            {
                long amount = 1 + random.NextInt32(400);
                long token = limits.TryReserve(null, Limit, amount, Start + i, Frequency, out _, out _);
                if (token == 0)
                {
                    continue;
                }
                if (limits.TokensAt(Start + i) > Limit)
                {
                    Interlocked.Increment(ref over);
                }
                // Most give all back; a few keep a part, so that the limit stays within reach.
                long kept = i % 97 == 0 ? amount / 2 : 0;
                Interlocked.Add(ref used, kept);
                limits.Settle(token, amount, 1, kept);
                limits.Settle(token, amount, 1, 999);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, over);
        Assert.Equal(0, limits.OpenReservations);
        Assert.Equal(used, limits.TokensAt(Start + 5_000));
    }

    private static int Since(List<long> admitted, long boundary)
    {
        // On the clock of 10 ms, as the window slides.
        long granule = boundary / Granule;
        int count = 0;
        for (int i = admitted.Count - 1; i >= 0 && admitted[i] / Granule > granule; i--)
        {
            count++;
        }
        return count;
    }
}
