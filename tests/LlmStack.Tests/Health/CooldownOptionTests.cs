using LlmStack.Health;
using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Health;

public class CooldownOptionTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private ModelGroup Pair(CallPolicyOptions policy) =>
        _builder.Group("pair", [_builder.Member("openai/a"), _builder.Member("azure/b")], policy: CallPolicy.Default.With(policy));

    private ModelGroup Single(CallPolicyOptions policy) => _builder.Group("single", [_builder.Member("openai/a")], policy: CallPolicy.Default.With(policy));

    private bool IsCooling(Deployment deployment) => _builder.Health.StateOf(deployment, _builder.Now, out _) == CircuitState.Open;

    private static CallPolicyOptions After(LlmErrorKind kind, ErrorKindOptions rule) => new() { Errors = { [kind.ToString()] = rule }, CooldownFailureRatio = 0 };

    [Fact]
    public void A_kind_has_its_own_number_of_allowed_failures()
    {
        CallPolicyOptions policy = After(LlmErrorKind.Timeout, new ErrorKindOptions { AllowedFailures = 1 });
        policy.CooldownAllowedFailures = 3;
        ModelGroup group = Pair(policy);
        Deployment deployment = group.Members[0].Deployment;
        for (int i = 0; i < 3; i++)
        {
            _builder.Fail(group, deployment, LlmErrorKind.ServerError);
        }
        _builder.Fail(group, deployment, LlmErrorKind.Timeout);
        Assert.False(IsCooling(deployment));
        _builder.Fail(group, deployment, LlmErrorKind.Timeout);
        Assert.True(IsCooling(deployment));
    }

    [Theory]
    [InlineData(0, 50, false)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, true)]
    public void A_number_for_rate_limits_replaces_cooling_at_once(int allowed, int failures, bool cooling)
    {
        ModelGroup group = Pair(After(LlmErrorKind.RateLimited, new ErrorKindOptions { AllowedFailures = allowed }));
        for (int i = 0; i < failures; i++)
        {
            _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited);
        }
        Assert.Equal(cooling, IsCooling(group.Members[0].Deployment));
    }

    [Fact]
    public void A_single_member_leaves_by_rate_limits_only_by_an_explicit_number()
    {
        ModelGroup group = Single(After(LlmErrorKind.RateLimited, new ErrorKindOptions { AllowedFailures = 1 }));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited);
        Assert.False(IsCooling(group.Members[0].Deployment));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited);
        Assert.True(IsCooling(group.Members[0].Deployment));
    }

    [Fact]
    public void A_kind_that_does_not_cool_never_counts()
    {
        ModelGroup group = Pair(After(LlmErrorKind.NotFound, new ErrorKindOptions { Cool = false }));
        for (int i = 0; i < 20; i++)
        {
            _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.NotFound);
        }
        Assert.False(IsCooling(group.Members[0].Deployment));
    }

    [Fact]
    public void A_mistake_of_callers_counts_only_where_its_kind_is_told_to()
    {
        ModelGroup group = Pair(After(LlmErrorKind.ContentPolicyViolation, new ErrorKindOptions { Cool = true, AllowedFailures = 1 }));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.ContentPolicyViolation);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.InvalidRequest);
        Assert.False(IsCooling(group.Members[0].Deployment));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.ContentPolicyViolation);
        Assert.True(IsCooling(group.Members[0].Deployment));
    }

    [Fact]
    public void Half_open_admits_as_many_probes_as_set()
    {
        ModelGroup group = Pair(new CallPolicyOptions { CooldownHalfOpenProbes = 2 });
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        Assert.False(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Health.Started(deployment);
        _builder.Health.Started(deployment);
        _builder.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Health.Cancelled(deployment, _builder.Now);
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
    }

    [Fact]
    public void Long_and_longest_cooldowns_are_options()
    {
        ModelGroup group = Pair(new CallPolicyOptions { CooldownLongDuration = TimeSpan.FromSeconds(20), CooldownMaxDuration = TimeSpan.FromSeconds(30) });
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.NotFound);
        _builder.Health.StateOf(deployment, _builder.Now, out long first);
        _builder.Time.Advance(TimeSpan.FromSeconds(20));
        _builder.Fail(group, deployment, LlmErrorKind.NotFound);
        _builder.Health.StateOf(deployment, _builder.Now, out long second);
        Assert.Equal(TimeSpan.FromSeconds(20), _builder.Health.ToTimeSpan(first));
        Assert.Equal(TimeSpan.FromSeconds(30), _builder.Health.ToTimeSpan(second));
    }

    [Fact]
    public void What_comes_back_gets_a_growing_share_and_then_its_whole_one()
    {
        ModelGroup group = Pair(new CallPolicyOptions { CooldownSlowStart = TimeSpan.FromSeconds(10) });
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        ComeBack(group);
        int[] shares = new int[3];
        for (int second = 0; second < shares.Length; second++)
        {
            for (int i = 0; i < 1_000; i++)
            {
                shares[second] += ReferenceEquals(engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member, group.Members[0]) ? 1 : 0;
            }
            _builder.Time.Advance(TimeSpan.FromSeconds(5));
        }
        Assert.InRange(shares[0], 20, 90);
        Assert.InRange(shares[1], 190, 310);
        Assert.InRange(shares[2], 430, 570);
    }

    [Fact]
    public void Slow_start_leaves_no_call_without_a_deployment_and_can_be_switched_off()
    {
        ModelGroup slow = Single(new CallPolicyOptions { Errors = { ["RateLimited"] = new ErrorKindOptions { AllowedFailures = 1 } } });
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        _builder.Fail(slow, slow.Members[0].Deployment, LlmErrorKind.RateLimited);
        ComeBack(slow);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(PickStatus.Picked, engine.Pick(snapshot, slow, _builder.Request(), null, PickMode.Fresh).Status);
        }

        ModelGroup sudden = _builder.Group("sudden", [_builder.Member("openai/x"), _builder.Member("azure/y")], policy: CallPolicy.Default.With(new CallPolicyOptions { CooldownSlowStart = TimeSpan.Zero }));
        ComeBack(sudden);
        Assert.Equal(1, HealthTracker.ShareOf(sudden.Members[0].Deployment, _builder.Now));
    }

    private void ComeBack(ModelGroup group)
    {
        Deployment deployment = group.Members[0].Deployment;
        _builder.Fail(group, deployment, LlmErrorKind.RateLimited);
        Assert.True(IsCooling(deployment));
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_builder.Health.TryEnter(deployment, _builder.Now));
        _builder.Succeed(deployment);
        Assert.False(IsCooling(deployment));
    }

    [Fact]
    public void Groups_that_share_a_deployment_count_in_windows_of_their_own()
    {
        CallPolicyOptions Rule(int allowed, int seconds) =>
            new() { CooldownFailureRatio = 0, CooldownAllowedFailures = allowed, CooldownWindow = TimeSpan.FromSeconds(seconds) };
        ModelGroup shortly = Pair(Rule(allowed: 2, seconds: 10));
        Deployment shared = shortly.Members[0].Deployment;
        ModelGroup longer = _builder.Group("longer", [.. shortly.Members], policy: CallPolicy.Default.With(Rule(allowed: 5, seconds: 60)));
        _builder.Fail(shortly, shared, LlmErrorKind.ServerError);
        _builder.Fail(longer, shared, LlmErrorKind.ServerError);
        Assert.False(IsCooling(shared));

        // Three failures within ten seconds, whoever's calls they were.
        _builder.Fail(shortly, shared, LlmErrorKind.ServerError);
        Assert.True(IsCooling(shared));
    }

    [Fact]
    public void A_longer_window_remembers_what_a_shorter_one_has_forgotten()
    {
        CallPolicyOptions Rule(int seconds) => new() { CooldownFailureRatio = 0, CooldownAllowedFailures = 2, CooldownWindow = TimeSpan.FromSeconds(seconds) };
        ModelGroup shortly = Pair(Rule(10));
        Deployment shared = shortly.Members[0].Deployment;
        ModelGroup longer = _builder.Group("longer", [.. shortly.Members], policy: CallPolicy.Default.With(Rule(120)));
        _builder.Fail(longer, shared, LlmErrorKind.ServerError);
        for (int i = 0; i < 2; i++)
        {
            _builder.Time.Advance(TimeSpan.FromSeconds(20));
            _builder.Fail(shortly, shared, LlmErrorKind.ServerError);
            Assert.False(IsCooling(shared));
        }

        _builder.Fail(longer, shared, LlmErrorKind.ServerError);
        Assert.True(IsCooling(shared));
    }

    [Fact]
    public void A_window_seen_for_the_first_time_knows_the_attempts_before_it()
    {
        ModelGroup usual = Pair(new CallPolicyOptions());
        Deployment shared = usual.Members[0].Deployment;
        ModelGroup longer = _builder.Group("longer", [.. usual.Members], policy: CallPolicy.Default.With(new CallPolicyOptions { CooldownWindow = TimeSpan.FromSeconds(60) }));
        for (int i = 0; i < 40; i++)
        {
            _builder.Succeed(shared);
            _builder.Time.Advance(TimeSpan.FromSeconds(0.2));
        }

        // Five of 45 are far from half; five of five would be more than enough.
        for (int i = 0; i < 5; i++)
        {
            _builder.Fail(longer, shared, LlmErrorKind.ServerError);
        }

        Assert.False(IsCooling(shared));
    }

    [Fact]
    public void Windows_that_reloads_leave_behind_are_bounded_and_the_ones_in_use_stay()
    {
        var windows = new FailureWindows();
        long now = 0;
        for (int length = 10; length < 1_000; length += 10)
        {
            now++;
            windows.AddFailure(now, length * 10_000, LlmErrorKind.ServerError);
            Assert.Equal(now, windows.AddFailure(now, 100_000_000, LlmErrorKind.Network).OfKind);
        }

        // Left are the one in use and the last three.
        Assert.Equal(970 * 10_000 / SlidingCounts.SlotCount, windows.SlotTicks);
    }
}
