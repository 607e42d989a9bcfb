using LlmStack.Health;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Health;

public class HealthTrackerTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private ModelGroup Pair(CallPolicy? policy = null) => _builder.Group("pair", [_builder.Member("openai/a"), _builder.Member("azure/b")], policy: policy);

    private ModelGroup Single(CallPolicy? policy = null) => _builder.Group("single", [_builder.Member("openai/a")], policy: policy);

    private static CallPolicy With(CooldownPolicy cooldown) => CallPolicy.Default with { Cooldown = cooldown };

    private double? CoolingSeconds(Deployment deployment) =>
        _builder.Health.StateOf(deployment, _builder.Now, out long wait) == CircuitState.Open ? Math.Round(_builder.Health.ToTimeSpan(wait).TotalSeconds, 3) : null;

    [Theory]
    [InlineData(LlmErrorKind.RateLimited, 5.0)]
    [InlineData(LlmErrorKind.Authentication, 300.0)]
    [InlineData(LlmErrorKind.QuotaExhausted, 300.0)]
    [InlineData(LlmErrorKind.PermissionDenied, 300.0)]
    [InlineData(LlmErrorKind.NotFound, 300.0)]
    [InlineData(LlmErrorKind.Timeout, null)]
    [InlineData(LlmErrorKind.ServerError, null)]
    [InlineData(LlmErrorKind.Network, null)]
    [InlineData(LlmErrorKind.InvalidRequest, null)]
    public void One_failure_cools_only_for_kinds_that_leave_no_doubt(LlmErrorKind kind, double? seconds)
    {
        ModelGroup group = Pair();
        _builder.Fail(group, group.Members[0].Deployment, kind);
        Assert.Equal(seconds, CoolingSeconds(group.Members[0].Deployment));
        Assert.Null(CoolingSeconds(group.Members[1].Deployment));
    }

    [Fact]
    public void Retry_after_sets_the_length_and_a_shorter_one_does_not_shorten()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(90));
        Assert.Equal(90, CoolingSeconds(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(10));
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(7));
        Assert.Equal(80, CoolingSeconds(deployment));
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(100));
        Assert.Equal(100, CoolingSeconds(deployment));
    }

    [Fact]
    public void Absurd_retry_after_is_capped_at_an_hour()
    {
        ModelGroup group = Pair();
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited, TimeSpan.MaxValue);
        Assert.Equal(3600, CoolingSeconds(group.Members[0].Deployment));
    }

    [Fact]
    public void Single_member_never_leaves_by_429()
    {
        ModelGroup group = Single();
        for (int i = 0; i < 2000; i++)
        {
            _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30));
        }
        Assert.Null(CoolingSeconds(group.Members[0].Deployment));
    }

    [Fact]
    public void Single_member_leaves_by_ratio_only_after_very_many_failures()
    {
        ModelGroup group = Single();
        Deployment deployment = group.Members[0].Deployment;
        for (int i = 1; i < CooldownRules.SingleMemberAttempts; i++)
        {
            _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        }
        Assert.Null(CoolingSeconds(deployment));
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        Assert.Equal(5, CoolingSeconds(deployment));
    }

    [Fact]
    public void Single_member_leaves_by_an_explicit_count_rule()
    {
        ModelGroup group = Single(With(new CooldownPolicy { AllowedFailures = 1 }));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.ServerError);
        Assert.Null(CoolingSeconds(group.Members[0].Deployment));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.ServerError);
        Assert.Equal(5, CoolingSeconds(group.Members[0].Deployment));
    }

    [Fact]
    public void Ratio_needs_its_minimum_of_attempts()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        for (int i = 0; i < 4; i++)
        {
            _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        }
        Assert.Null(CoolingSeconds(deployment));
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        Assert.Equal(5, CoolingSeconds(deployment));
    }

    [Theory]
    [InlineData(5, 5, true)]
    [InlineData(6, 5, false)]
    public void Ratio_opens_at_exactly_its_share(int successes, int failures, bool opens)
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        for (int i = 0; i < successes; i++)
        {
            _builder.Succeed(deployment);
        }
        for (int i = 0; i < failures; i++)
        {
            _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        }
        Assert.Equal(opens ? 5.0 : null, CoolingSeconds(deployment));
    }

    [Fact]
    public void Count_rule_keeps_kinds_apart_and_forgets_after_its_window()
    {
        var policy = With(new CooldownPolicy { AllowedFailures = 2, FailureRatio = 0, Window = TimeSpan.FromSeconds(30), Duration = TimeSpan.FromSeconds(1) });
        ModelGroup group = Pair(policy);
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        _builder.Fail(group, deployment, LlmErrorKind.Network);
        _builder.Fail(group, deployment, LlmErrorKind.Network);
        Assert.Null(CoolingSeconds(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(30));
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        Assert.Null(CoolingSeconds(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(20));
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        Assert.Equal(1, CoolingSeconds(deployment));
    }

    [Theory]
    [InlineData(LlmErrorKind.InvalidRequest)]
    [InlineData(LlmErrorKind.ContextWindowExceeded)]
    [InlineData(LlmErrorKind.ContentPolicyViolation)]
    [InlineData(LlmErrorKind.PolicyDenied)]
    [InlineData(LlmErrorKind.LimitExceeded)]
    [InlineData(LlmErrorKind.Cancelled)]
    public void Mistakes_of_callers_never_count(LlmErrorKind kind)
    {
        ModelGroup group = Pair(With(new CooldownPolicy { AllowedFailures = 1 }));
        for (int i = 0; i < 50; i++)
        {
            _builder.Fail(group, group.Members[0].Deployment, kind);
        }
        Assert.Null(CoolingSeconds(group.Members[0].Deployment));
        Assert.Equal(50, group.Members[0].Deployment.Health.Failures);
    }

    [Fact]
    public void Authentication_with_the_callers_own_key_cools_nobody()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Health.Started(deployment);
        _builder.Health.Failed(deployment, group, new LlmException(LlmErrorKind.Authentication, "no") { Scope = LlmErrorScope.Caller }, _builder.Sample());
        Assert.Null(CoolingSeconds(deployment));
    }

    [Fact]
    public void Switched_off_cooldown_never_cools()
    {
        ModelGroup group = Pair(With(new CooldownPolicy { Enabled = false, AllowedFailures = 1 }));
        foreach (LlmErrorKind kind in Enum.GetValues<LlmErrorKind>())
        {
            for (int i = 0; i < 10; i++)
            {
                _builder.Fail(group, group.Members[0].Deployment, kind, TimeSpan.FromSeconds(9));
            }
        }
        Assert.Null(CoolingSeconds(group.Members[0].Deployment));
    }

    [Fact]
    public void Deployments_own_settings_win_over_the_groups()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", policy: new CallPolicyOptions { CooldownDuration = TimeSpan.FromSeconds(11) }), _builder.Member("azure/b")]);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited);
        _builder.Fail(group, group.Members[1].Deployment, LlmErrorKind.RateLimited);
        Assert.Equal(11, CoolingSeconds(group.Members[0].Deployment));
        Assert.Equal(5, CoolingSeconds(group.Members[1].Deployment));
    }

    [Fact]
    public void Refused_key_cools_every_deployment_of_the_key_and_no_other()
    {
        _builder.Provider("eu", credential: "shared").Provider("us", credential: "shared");
        ModelGroup group = _builder.Group("g", [_builder.Member("eu/a"), _builder.Member("us/b"), _builder.Member("azure/c")]);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.Authentication);
        Assert.Equal(300, CoolingSeconds(group.Members[0].Deployment));
        Assert.Equal(300, CoolingSeconds(group.Members[1].Deployment));
        Assert.Null(CoolingSeconds(group.Members[2].Deployment));
    }

    [Fact]
    public void Rate_limit_cools_the_deployment_and_not_the_key()
    {
        _builder.Provider("eu", credential: "shared");
        ModelGroup group = _builder.Group("g", [_builder.Member("eu/a"), _builder.Member("eu/b")]);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited);
        Assert.Null(CoolingSeconds(group.Members[1].Deployment));
    }

    [Fact]
    public void Providers_without_a_key_do_not_share_one()
    {
        _builder.Provider("one", credential: StaticCredential.None.Id).Provider("two", credential: StaticCredential.None.Id);
        ModelGroup group = _builder.Group("g", [_builder.Member("one/a"), _builder.Member("two/a")]);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.Authentication);
        Assert.Equal(300, CoolingSeconds(group.Members[0].Deployment));
        Assert.Null(CoolingSeconds(group.Members[1].Deployment));
    }

    [Fact]
    public void Half_open_admits_one_probe_at_a_time()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(CircuitState.HalfOpen, _builder.Health.StateOf(deployment, _builder.Now, out _));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        Assert.False(_builder.Health.TryEnter(deployment, _builder.Now));
        Assert.Equal(CircuitState.Probing, _builder.Health.StateOf(deployment, _builder.Now, out long wait));
        Assert.True(wait > 0);
        _builder.Health.Started(deployment);
        _builder.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Health.Succeeded(deployment, _builder.Sample(60));
        Assert.Equal(CircuitState.Closed, _builder.Health.StateOf(deployment, _builder.Now, out _));
    }

    [Fact]
    public void Claim_that_no_attempt_follows_lapses()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cancelled_or_refused_probe_leaves_the_place_to_the_next(bool cancelled)
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Health.Started(deployment);
        if (cancelled)
        {
            _builder.Health.Cancelled(deployment, _builder.Now);
        }
        else
        {
            _builder.Health.Failed(deployment, group, new LlmException(LlmErrorKind.InvalidRequest, "caller"), _builder.Sample(0));
        }
        Assert.Equal(CircuitState.HalfOpen, _builder.Health.StateOf(deployment, _builder.Now, out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_attempt_that_began_before_the_cooldown_does_not_free_the_place_of_the_probe(bool cancelled)
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        long before = _builder.Now;
        _builder.Health.Started(deployment);
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Health.Started(deployment);
        if (cancelled)
        {
            _builder.Health.Cancelled(deployment, before);
        }
        else
        {
            _builder.Health.Failed(deployment, group, new LlmException(LlmErrorKind.InvalidRequest, "caller"), _builder.Sample(5));
        }
        Assert.Equal(CircuitState.Probing, _builder.Health.StateOf(deployment, _builder.Now, out _));
    }

    [Fact]
    public void Failed_probes_reopen_for_longer_up_to_the_cap()
    {
        var policy = With(new CooldownPolicy { AllowedFailures = 1, Duration = TimeSpan.FromSeconds(10), MaxDuration = TimeSpan.FromSeconds(35) });
        ModelGroup group = Pair(policy);
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        var lengths = new List<double?>();
        for (int i = 0; i < 4; i++)
        {
            _builder.Fail(group, deployment, LlmErrorKind.ServerError);
            lengths.Add(CoolingSeconds(deployment));
            _builder.Time.Advance(TimeSpan.FromSeconds(CoolingSeconds(deployment)!.Value));
        }
        Assert.Equal([10, 20, 35, 35], lengths);
        _builder.Succeed(deployment);
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        Assert.Null(CoolingSeconds(deployment));
        _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        Assert.Equal(10, CoolingSeconds(deployment));
    }

    [Fact]
    public void Attempts_already_under_way_neither_reopen_for_longer_nor_close()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Time.Advance(TimeSpan.FromSeconds(100));
        for (int i = 0; i < 64; i++)
        {
            _builder.Health.Started(deployment);
            _builder.Health.Failed(deployment, group, new LlmException(LlmErrorKind.RateLimited, "429"), _builder.Sample(3));
        }
        Assert.Equal(5, CoolingSeconds(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(1));
        _builder.Health.Started(deployment);
        _builder.Health.Succeeded(deployment, _builder.Sample(8));
        Assert.Equal(4, CoolingSeconds(deployment));
    }

    [Fact]
    public void Changes_are_announced_once_each_way()
    {
        var changes = new List<CooldownChange>();
        _builder.Health.Changed += changes.Add;
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        _builder.Succeed(deployment);
        _builder.Succeed(deployment);
        Assert.Equal(
            [new CooldownChange(deployment, true, TimeSpan.FromSeconds(5), LlmErrorKind.RateLimited), new CooldownChange(deployment, false, TimeSpan.Zero, LlmErrorKind.Unknown)],
            changes);
    }

    [Fact]
    public void Empty_headroom_keeps_picks_away_until_the_reset_without_a_probe()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Health.Headroom(deployment, new RateLimitHeadroom(0, 10, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(90)), _builder.Now);
        Assert.Equal(8, CoolingSeconds(deployment));
        _builder.Health.Headroom(deployment, new RateLimitHeadroom(5, 0, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(2)), _builder.Now);
        Assert.Equal(8, CoolingSeconds(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(CircuitState.Closed, _builder.Health.StateOf(deployment, _builder.Now, out _));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
    }

    [Theory]
    [InlineData(1L, 1L)]
    [InlineData(null, null)]
    public void Headroom_that_is_left_or_unknown_changes_nothing(long? requests, long? tokens)
    {
        ModelGroup group = Pair();
        _builder.Health.Headroom(group.Members[0].Deployment, new RateLimitHeadroom(requests, tokens, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(8)), _builder.Now);
        Assert.Null(CoolingSeconds(group.Members[0].Deployment));
    }

    [Fact]
    public void In_flight_counts_starts_and_ends_and_never_goes_below_zero()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Health.Started(deployment);
        _builder.Health.Started(deployment);
        Assert.Equal(2, deployment.InFlight);
        _builder.Health.Cancelled(deployment, _builder.Now);
        _builder.Health.Succeeded(deployment, _builder.Sample());
        _builder.Health.Cancelled(deployment, _builder.Now);
        Assert.Equal(0, deployment.InFlight);
    }

    [Fact]
    public async Task Counts_are_right_under_parallel_load()
    {
        ModelGroup group = Pair(With(new CooldownPolicy { Enabled = false }));
        Deployment deployment = group.Members[0].Deployment;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < 2500; i++)
            {
                if ((i + t) % 2 == 0)
                {
                    _builder.Succeed(deployment);
                }
                else
                {
                    _builder.Fail(group, deployment, LlmErrorKind.ServerError);
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((0, 5000L, 5000L), (deployment.InFlight, deployment.Health.Successes, deployment.Health.Failures));
    }

    [Fact]
    public void Latency_keeps_first_token_and_time_per_token_apart()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Health.Started(deployment);
        _builder.Health.Succeeded(deployment, _builder.Sample(seconds: 2.5, firstToken: 0.5, tokens: 100, streamed: true));
        Assert.Equal(0.5, deployment.Health.FirstToken.Seconds, 6);
        Assert.Equal(0.02, deployment.Health.PerToken.Seconds, 6);
        Assert.True(double.IsNaN(deployment.Health.Answer.Seconds));
        _builder.Health.Started(deployment);
        _builder.Health.Succeeded(deployment, _builder.Sample(seconds: 9, firstToken: 0.5, tokens: 0, streamed: true));
        Assert.Equal(0.02, deployment.Health.PerToken.Seconds, 6);
    }

    [Fact]
    public void Worse_latency_counts_at_once_and_better_ones_pull_it_down()
    {
        var estimate = new LatencyEstimate();
        estimate.Add(1, 0, 10);
        estimate.Add(4, 1, 10);
        Assert.Equal(4, estimate.Seconds);
        for (int i = 0; i < 10; i++)
        {
            estimate.Add(0, 1, 10);
        }
        Assert.Equal(2, estimate.Seconds, 2);
        estimate.Add(0, 301, 10);
        Assert.Equal(1, estimate.Seconds, 2);
    }

    [Fact]
    public void Timeouts_worsen_the_estimate_and_errors_of_callers_do_not()
    {
        ModelGroup group = Pair();
        Deployment deployment = group.Members[0].Deployment;
        _builder.Health.Started(deployment);
        _builder.Health.Failed(deployment, group, new LlmException(LlmErrorKind.InvalidRequest, "bad"), _builder.Sample(30));
        Assert.True(double.IsNaN(deployment.Health.Answer.Seconds));
        _builder.Health.Started(deployment);
        _builder.Health.Failed(deployment, group, new LlmException(LlmErrorKind.Timeout, "slow"), _builder.Sample(60));
        Assert.Equal(60, deployment.Health.Answer.Seconds, 6);
    }

    [Fact]
    public void Status_shows_what_is_known()
    {
        ModelGroup group = Pair();
        _builder.Group("other", [group.Members[0]]);
        Deployment deployment = group.Members[0].Deployment;
        _builder.Health.Started(deployment);
        _builder.Health.Succeeded(deployment, _builder.Sample(0.25));
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Health.Started(deployment);
        IReadOnlyList<DeploymentStatus> all = RouterStatus.Of(_builder.Build(), _builder.Health);
        Assert.Equal(["azure/b", "openai/a"], all.Select(s => s.Id));
        DeploymentStatus status = all[1];
        Assert.Equal(["other", "pair"], status.Groups);
        Assert.Equal((1, TimeSpan.FromSeconds(5), LlmErrorKind.RateLimited), (status.InFlight, status.CooldownRemaining, status.LastError));
        Assert.Equal((TimeSpan.FromSeconds(0.25), 1L, 1L), (status.FirstTokenEstimate, status.Successes, status.Failures));
        Assert.Null(all[0].CooldownRemaining);
        Assert.Null(all[0].LastError);
        Assert.Null(all[0].FirstTokenEstimate);
    }
}
