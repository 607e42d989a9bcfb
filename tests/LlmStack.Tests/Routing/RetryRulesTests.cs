using CsCheck;
using LlmStack.Routing;

namespace LlmStack.Tests.Routing;

public class RetryRulesTests
{
    private const long Frequency = 1000;

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(2000, 8)]
    public void Backoff_doubles_up_to_its_maximum(int retry, double seconds)
    {
        CallPolicy policy = CallPolicy.Default with { BackoffJitter = 0 };
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.Delay(policy, retry, null, new SeededRandomSource(1)));
    }

    [Fact]
    public void Backoff_with_jitter_stays_in_its_band_and_never_above_the_maximum() =>
        Gen.Select(Gen.Int[0, 12], Gen.Double[0, 1], Gen.ULong).Sample((retry, jitter, seed) =>
        {
            CallPolicy policy = CallPolicy.Default with { BackoffJitter = jitter };
            double plain = Math.Min(0.5 * Math.Pow(2, retry), 8);
            double wait = Backoff.Delay(policy, retry, null, new SeededRandomSource(seed)).TotalSeconds;
            Assert.InRange(wait, (plain * (1 - jitter)) - 1e-6, Math.Min(8, plain * (1 + jitter)) + 1e-6);
        });

    [Fact]
    public void Retry_after_wins_and_jitter_only_lengthens_it() =>
        Gen.Select(Gen.Int[1, 120], Gen.ULong).Sample((seconds, seed) =>
        {
            TimeSpan wait = Backoff.Delay(CallPolicy.Default, 3, TimeSpan.FromSeconds(seconds), new SeededRandomSource(seed));
            Assert.InRange(wait.TotalSeconds, seconds, seconds * 1.25);
        });

    [Fact]
    public void Endless_retry_after_does_not_overflow() =>
        Assert.Equal(TimeSpan.MaxValue, Backoff.Delay(CallPolicy.Default, 0, TimeSpan.MaxValue, new SeededRandomSource(1)));

    [Fact]
    public void Budget_without_requests_is_its_floor()
    {
        var budget = new RetryBudget();
        Assert.Equal(RetryBudget.Floor, Enumerable.Range(0, 50).Count(_ => budget.TryTake(0, Frequency)));
    }

    [Fact]
    public void Budget_adds_a_tenth_of_the_requests_of_the_last_ten_seconds()
    {
        var budget = new RetryBudget();
        for (int i = 0; i < 200; i++)
        {
            budget.CountRequest(i * 10, Frequency);
        }
        Assert.Equal(30, Enumerable.Range(0, 100).Count(_ => budget.TryTake(2000, Frequency)));
        Assert.False(budget.TryTake(9999, Frequency));
        Assert.Equal(RetryBudget.Floor, Enumerable.Range(0, 100).Count(_ => budget.TryTake(12_000, Frequency)));
    }

    [Fact]
    public void Ranking_knows_every_kind_once()
    {
        LlmErrorKind[] all = Enum.GetValues<LlmErrorKind>();
        Assert.Equal(all.Order(), ErrorRanking.Order.ToArray().Order());
    }

    [Fact]
    public void Most_actionable_failure_is_reported_and_of_equals_the_later()
    {
        var key = new LlmException(LlmErrorKind.Authentication, "key");
        var busy = new LlmException(LlmErrorKind.Overloaded, "busy");
        var later = new LlmException(LlmErrorKind.Overloaded, "later");
        Assert.Same(busy, ErrorRanking.MostActionable(null, busy));
        Assert.Same(key, ErrorRanking.MostActionable(key, busy));
        Assert.Same(key, ErrorRanking.MostActionable(busy, key));
        Assert.Same(later, ErrorRanking.MostActionable(busy, later));
    }
}
