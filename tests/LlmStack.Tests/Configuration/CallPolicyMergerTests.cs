using LlmStack.Configuration;
using LlmStack.Routing;

namespace LlmStack.Tests.Configuration;

public sealed class CallPolicyMergerTests
{
    [Theory]
    [InlineData(null, null, null, null, 60)]
    [InlineData(null, null, null, 40, 40)]
    [InlineData(null, null, 30, 40, 30)]
    [InlineData(null, 20, 30, 40, 20)]
    [InlineData(10, 20, 30, 40, 10)]
    public void Deployment_wins_over_provider_over_group_over_defaults(int? deployment, int? provider, int? group, int? defaults, int expected)
    {
        AttemptPolicy policy = Policy("https://example.com/v1", deployment, provider, group, defaults);
        Assert.Equal(TimeSpan.FromSeconds(expected), policy.Timeouts.FirstToken);
        Assert.Equal(TimeSpan.FromSeconds(60), policy.Timeouts.Idle);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.Timeouts.Attempt);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/v1", null, null, 300)]
    [InlineData("http://localhost:1/v1", null, null, 300)]
    [InlineData("http://192.168.1.4:1/v1", null, null, 300)]
    [InlineData("http://[fd00::1]:1/v1", null, null, 300)]
    [InlineData("http://8.8.8.8/v1", null, null, 60)]
    [InlineData("http://127.0.0.1:1/v1", 20, null, 20)]
    [InlineData("http://127.0.0.1:1/v1", null, 40, 40)]
    public void Local_servers_get_longer_for_the_first_token_unless_somebody_says_otherwise(string endpoint, int? group, int? defaults, int expected)
        => Assert.Equal(TimeSpan.FromSeconds(expected), Policy(endpoint, null, null, group, defaults).Timeouts.FirstToken);

    [Fact]
    public void Cooldown_settings_merge_too()
    {
        using var services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", "https://example.com/v1", provider => provider.Policy = new CallPolicyOptions { CooldownDuration = TimeSpan.FromSeconds(7) })
            .AddModelGroup("g", group => group
                .AddDeployment("p/m", d => d.Policy = new CallPolicyOptions { CooldownAllowedFailures = 3 })
                .Configure(options => options.Policy = new CallPolicyOptions { CooldownWindow = TimeSpan.FromSeconds(20), CooldownDuration = TimeSpan.FromSeconds(9) })));
        ModelGroup group = services.Snapshot().Groups["g"];
        CooldownPolicy cooldown = CallPolicyMerger.For(group, group.Members[0].Deployment).Cooldown;
        Assert.Equal((TimeSpan.FromSeconds(7), 3, TimeSpan.FromSeconds(20), 0.5), (cooldown.Duration, cooldown.AllowedFailures, cooldown.Window, cooldown.FailureRatio));
        Assert.Equal(TimeSpan.FromSeconds(9), group.Policy.Cooldown.Duration);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(10)]
    public void Asking_again_allocates_nothing(int? deployment)
    {
        using var services = Build("https://example.com/v1", deployment, null, null, null);
        ModelGroup group = services.Snapshot().Groups["g"];
        Deployment member = group.Members[0].Deployment;
        AttemptPolicy first = CallPolicyMerger.For(group, member);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AttemptPolicy second = CallPolicyMerger.For(group, member);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Same(first, second);
    }

    private static AttemptPolicy Policy(string endpoint, int? deployment, int? provider, int? group, int? defaults)
    {
        using var services = Build(endpoint, deployment, provider, group, defaults);
        ModelGroup made = services.Snapshot().Groups["g"];
        return CallPolicyMerger.For(made, made.Members[0].Deployment);
    }

    private static Microsoft.Extensions.DependencyInjection.ServiceProvider Build(string endpoint, int? deployment, int? provider, int? group, int? defaults) => Stack.Build(llm => llm
        .AddOpenAICompatible("p", endpoint, options => options.Policy = Of(provider))
        .AddModelGroup("g", builder => builder.AddDeployment("p/m", d => d.Policy = Of(deployment)).Configure(options => options.Policy = Of(group)))
        .Configure(options => options.Defaults = Of(defaults) ?? new CallPolicyOptions()));

    private static CallPolicyOptions? Of(int? seconds) => seconds is { } value ? new CallPolicyOptions { FirstTokenTimeout = TimeSpan.FromSeconds(value) } : null;
}
