using CsCheck;
using LlmStack.Limits;
using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Limits;

public class DeploymentAdmissionTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private Demand Demand(Deployment deployment, long input = 10, long output = 0) => new(deployment, LlmContext.Empty, input, output, _builder.Now);

    private Deployment Limited(int? rpm = null, int? tpm = null) => _builder.Member("openai/a", rpm: rpm, tpm: tpm).Deployment;

    private bool Reserve(Deployment deployment, long input = 10, long output = 0) => _builder.Admission.TryReserve(Demand(deployment, input, output), out _).Admitted;

    [Fact]
    public void Exactly_the_limit_of_requests_is_admitted()
    {
        Deployment deployment = Limited(rpm: 3);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => Reserve(deployment)));
        AdmissionResult refused = _builder.Admission.TryReserve(Demand(deployment), out Reservation reservation);
        Assert.Equal(new AdmissionResult(false, "requests per minute", TimeSpan.FromSeconds(60)), refused);
        Assert.Equal(default, reservation);
    }

    [Fact]
    public void Exactly_the_limit_of_tokens_is_admitted()
    {
        Deployment deployment = Limited(tpm: 100);
        Assert.True(Reserve(deployment, 60));
        Assert.False(Reserve(deployment, 41));
        Assert.True(Reserve(deployment, 30, 10));
        Assert.False(Reserve(deployment, 1));
        Assert.Equal("tokens per minute", _builder.Admission.TryReserve(Demand(deployment, 1), out _).Limit);
    }

    [Fact]
    public void Window_slides()
    {
        Deployment deployment = Limited(rpm: 2);
        Assert.True(Reserve(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.True(Reserve(deployment));
        Assert.Equal(TimeSpan.FromSeconds(20), _builder.Admission.WaitFor(Demand(deployment)));
        _builder.Time.Advance(TimeSpan.FromMilliseconds(19_990));
        Assert.False(Reserve(deployment));
        _builder.Time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(TimeSpan.Zero, _builder.Admission.WaitFor(Demand(deployment)));
        Assert.True(Reserve(deployment));
        Assert.False(Reserve(deployment));
    }

    [Fact]
    public void Nothing_carries_over_from_another_day()
    {
        Deployment deployment = Limited(rpm: 1, tpm: 10);
        Assert.True(Reserve(deployment));
        _builder.Time.Advance(TimeSpan.FromDays(1));
        Assert.True(Reserve(deployment));
        Assert.Equal(1, deployment.Limits.RequestsAt(_builder.Now));
    }

    [Fact]
    public void Settle_replaces_the_estimate_once()
    {
        Deployment deployment = Limited(tpm: 100);
        _builder.Admission.TryReserve(Demand(deployment, 10, 80), out Reservation reservation);
        Assert.False(Reserve(deployment, 20));
        _builder.Admission.Settle(reservation, new UsageAmounts(1, 10, 5, _builder.Now));
        _builder.Admission.Settle(reservation, new UsageAmounts(1, 0, 0, _builder.Now));
        Assert.Equal(15, deployment.Limits.TokensAt(_builder.Now));
        Assert.True(Reserve(deployment, 85));
        Assert.False(Reserve(deployment, 1));
    }

    [Fact]
    public void Request_that_never_left_gives_everything_back()
    {
        Deployment deployment = Limited(rpm: 1, tpm: 100);
        _builder.Admission.TryReserve(Demand(deployment, 100), out Reservation reservation);
        _builder.Admission.Settle(reservation, new UsageAmounts(0, 0, 0, _builder.Now));
        Assert.True(Reserve(deployment, 100));
    }

    [Fact]
    public void Late_settlement_of_an_expired_reservation_changes_nothing()
    {
        Deployment deployment = Limited(rpm: 1, tpm: 100);
        _builder.Admission.TryReserve(Demand(deployment, 100), out Reservation reservation);
        _builder.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(Reserve(deployment, 30));
        _builder.Admission.Settle(reservation, new UsageAmounts(0, 0, 0, _builder.Now));
        Assert.Equal(30, deployment.Limits.TokensAt(_builder.Now));
        Assert.False(Reserve(deployment));
    }

    [Fact]
    public void Guessed_output_never_makes_a_fitting_prompt_too_large()
    {
        Deployment deployment = Limited(tpm: 100);
        Assert.True(Reserve(deployment, 60, 512));
        Assert.False(Reserve(deployment, 1));
        Assert.Equal(TimeSpan.MaxValue, _builder.Admission.WaitFor(Demand(deployment, 101)));
        Assert.Equal(TimeSpan.MaxValue, _builder.Admission.TryReserve(Demand(deployment, 101), out _).RetryAfter);
    }

    [Fact]
    public void Deployment_without_limits_holds_nothing()
    {
        Deployment deployment = Limited();
        Assert.True(_builder.Admission.TryReserve(Demand(deployment, long.MaxValue / 4), out Reservation reservation).Admitted);
        Assert.Null(reservation.Limits);
        _builder.Admission.Settle(reservation, new UsageAmounts(1, 1, 1, _builder.Now));
        Assert.Equal(TimeSpan.Zero, _builder.Admission.WaitFor(Demand(deployment)));
    }

    [Fact]
    public void Time_that_steps_back_neither_frees_nor_fails()
    {
        Deployment deployment = Limited(rpm: 2);
        long early = _builder.Now;
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(Reserve(deployment));
        Assert.True(_builder.Admission.TryReserve(Demand(deployment) with { Timestamp = early }, out Reservation late).Admitted);
        Assert.False(Reserve(deployment));
        _builder.Admission.Settle(late, new UsageAmounts(0, 0, 0, _builder.Now));
        Assert.True(Reserve(deployment));
    }

    [Fact]
    public void Random_histories_agree_with_a_plain_list()
    {
        Gen<(int Kind, int Amount)> step = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 60]);
        Gen.Select(Gen.Int[1, 5], Gen.Int[20, 200], step.Array[1, 80]).Sample((rpm, tpm, steps) =>
        {
            var builder = new SnapshotTestBuilder();
            Deployment deployment = builder.Member("openai/a", rpm: rpm, tpm: tpm).Deployment;
            var model = new List<(TimeSpan At, int Requests, long Tokens, Reservation Reservation, bool Open)>();
            TimeSpan now = TimeSpan.Zero;
            foreach ((int kind, int amount) in steps)
            {
                switch (kind)
                {
                    case 0:
                        TimeSpan by = TimeSpan.FromMilliseconds(amount * 500);
                        builder.Time.Advance(by);
                        now += by;
                        break;
                    case 1 or 2:
                        var inside = model.Where(e => now - e.At < TimeSpan.FromSeconds(60)).ToList();
                        bool expected = inside.Sum(e => e.Requests) + 1 <= rpm && inside.Sum(e => e.Tokens) + Math.Min(amount, tpm) <= tpm && amount <= tpm;
                        var demand = new Demand(deployment, LlmContext.Empty, amount, 0, builder.Now);
                        Assert.Equal(expected, builder.Admission.WaitFor(demand) == TimeSpan.Zero);
                        AdmissionResult result = builder.Admission.TryReserve(demand, out Reservation reservation);
                        Assert.Equal(expected, result.Admitted);
                        if (expected)
                        {
                            model.Add((now, 1, amount, reservation, true));
                        }
                        else if (result.RetryAfter != TimeSpan.MaxValue)
                        {
                            TimeSpan then = now + result.RetryAfter;
                            var later = model.Where(e => then - e.At < TimeSpan.FromSeconds(60)).ToList();
                            Assert.True(result.RetryAfter <= TimeSpan.FromSeconds(60));
                            Assert.True(later.Sum(e => e.Requests) + 1 <= rpm && later.Sum(e => e.Tokens) + amount <= tpm);
                        }
                        break;
                    default:
                        int index = model.FindIndex(e => e.Open);
                        if (index >= 0)
                        {
                            var entry = model[index];
                            int requests = amount % 3 == 0 ? 0 : 1;
                            long used = requests == 0 ? 0 : amount * 2;
                            builder.Admission.Settle(entry.Reservation, new UsageAmounts(requests, used, 0, builder.Now));
                            builder.Admission.Settle(entry.Reservation, new UsageAmounts(1, 999, 0, builder.Now));
                            model[index] = (entry.At, requests, used, entry.Reservation, false);
                        }
                        break;
                }
                Assert.Equal(model.Where(e => now - e.At < TimeSpan.FromSeconds(60)).Sum(e => e.Requests), deployment.Limits.RequestsAt(builder.Now));
                Assert.Equal(model.Where(e => now - e.At < TimeSpan.FromSeconds(60)).Sum(e => e.Tokens), deployment.Limits.TokensAt(builder.Now));
            }
        }, iter: 500);
    }

    [Fact]
    public async Task Parallel_load_gets_exactly_the_limit_and_gives_everything_back()
    {
        Deployment deployment = Limited(rpm: 1000, tpm: 1_000_000);
        Task<int>[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 1000).Count(_ => Reserve(deployment, 100))))];
        int[] admitted = await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1000, admitted.Sum());
        _builder.Time.Advance(TimeSpan.FromSeconds(60));
        int over = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                if (_builder.Admission.TryReserve(Demand(deployment, 100), out Reservation reservation).Admitted)
                {
                    if (deployment.Limits.RequestsAt(_builder.Now) > 1000)
                    {
                        Interlocked.Increment(ref over);
                    }
                    _builder.Admission.Settle(reservation, new UsageAmounts(0, 0, 0, _builder.Now));
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, over);
        Assert.Equal(0, deployment.Limits.RequestsAt(_builder.Now));
        Assert.Equal(0, deployment.Limits.TokensAt(_builder.Now));
    }

    [Fact]
    public void Reserving_and_settling_do_not_allocate()
    {
        Deployment deployment = Limited(rpm: 100_000, tpm: 100_000_000);
        long before = 0;
        for (int i = 0; i < 200; i++)
        {
            if (i == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            _builder.Admission.TryReserve(Demand(deployment, 10, 10), out Reservation reservation);
            _builder.Admission.Settle(reservation, new UsageAmounts(1, 10, 3, _builder.Now));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
