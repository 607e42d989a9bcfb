using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

public class FallbackPlannerTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private string? Next(ModelGroup group, LlmErrorKind kind, RoutingOptions? routing = null, List<ModelGroup>? entered = null, LlmOperation operation = LlmOperation.Chat) =>
        FallbackPlanner.Next(_builder.Build(), group, kind, null, operation, routing, entered ?? [group])?.Group.Name;

    private ModelGroup Chain()
    {
        _builder.Group("b", [_builder.Member("openai/b")], fallbacks: [new FallbackRule("a", null)]);
        _builder.Group("c", [_builder.Member("openai/c")]);
        return _builder.Group("a", [_builder.Member("openai/a")], fallbacks: [new FallbackRule("b", null), new FallbackRule("c", null)]);
    }

    [Theory]
    [InlineData(LlmErrorKind.RateLimited, "b")]
    [InlineData(LlmErrorKind.Authentication, "b")]
    [InlineData(LlmErrorKind.NotFound, "b")]
    [InlineData(LlmErrorKind.ContextWindowExceeded, "b")]
    [InlineData(LlmErrorKind.NoCandidate, "b")]
    [InlineData(LlmErrorKind.LimitExceeded, "b")]
    [InlineData(LlmErrorKind.Unknown, "b")]
    [InlineData(LlmErrorKind.InvalidRequest, null)]
    [InlineData(LlmErrorKind.Configuration, null)]
    [InlineData(LlmErrorKind.PolicyDenied, null)]
    [InlineData(LlmErrorKind.ContentPolicyViolation, null)]
    [InlineData(LlmErrorKind.Cancelled, null)]
    public void Without_a_list_only_what_another_deployment_could_cure_falls_back(LlmErrorKind kind, string? expected) => Assert.Equal(expected, Next(Chain(), kind));

    [Fact]
    public void Rule_with_kinds_answers_to_those_alone()
    {
        _builder.Group("long", [_builder.Member("openai/long")]);
        _builder.Group("safe", [_builder.Member("openai/safe")]);
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/g")], fallbacks:
        [
            new FallbackRule("long", new HashSet<LlmErrorKind> { LlmErrorKind.ContextWindowExceeded }),
            new FallbackRule("safe", new HashSet<LlmErrorKind> { LlmErrorKind.ContentPolicyViolation, LlmErrorKind.InvalidRequest }),
        ]);
        Assert.Equal("long", Next(group, LlmErrorKind.ContextWindowExceeded));
        Assert.Equal("safe", Next(group, LlmErrorKind.ContentPolicyViolation));
        Assert.Equal("safe", Next(group, LlmErrorKind.InvalidRequest));
        Assert.Null(Next(group, LlmErrorKind.RateLimited));
    }

    [Fact]
    public void Group_is_entered_once_so_cycles_end_and_earlier_lists_go_on()
    {
        var entered = new List<ModelGroup> { Chain() };
        RoutingSnapshot snapshot = _builder.Build();
        while (FallbackPlanner.Next(snapshot, entered[^1], LlmErrorKind.ServerError, null, LlmOperation.Chat, null, entered) is { } next)
        {
            entered.Add(next.Group);
            Assert.InRange(entered.Count, 2, 3);
        }
        Assert.Equal(["a", "b", "c"], entered.Select(g => g.Name));
    }

    [Fact]
    public void Calls_list_replaces_the_groups_and_may_name_deployments()
    {
        ModelGroup a = Chain();
        Assert.Equal("c", Next(a, LlmErrorKind.ServerError, new RoutingOptions { Fallbacks = ["c"] }));
        Assert.Equal("azure/direct", Next(a, LlmErrorKind.ServerError, new RoutingOptions { Fallbacks = ["A", "azure/direct"] }));
        Assert.Null(Next(a, LlmErrorKind.ServerError, new RoutingOptions { Fallbacks = [] }));
        Assert.Null(Next(a, LlmErrorKind.ContentPolicyViolation, new RoutingOptions { Fallbacks = ["c"] }));
    }

    [Fact]
    public void Calls_without_fallbacks_stay()
    {
        ModelGroup a = Chain();
        Assert.Null(Next(a, LlmErrorKind.ServerError, new RoutingOptions { AllowFallbacks = false }));
        Assert.Null(Next(a, LlmErrorKind.ServerError, new RoutingOptions { AllowFallbacks = false, Fallbacks = ["c"] }));
        Assert.Empty(FallbackPlanner.Names(a, new RoutingOptions { AllowFallbacks = false }));
    }

    [Fact]
    public void Embeddings_never_change_the_model_unless_allowed()
    {
        _builder.Group("other", [_builder.Member("openai/large")]);
        _builder.Group("same", [_builder.Member("azure/small")]);
        FallbackRule[] rules = [new FallbackRule("other", null), new FallbackRule("same", null)];
        ModelGroup strict = _builder.Group("strict", [_builder.Member("openai/small")], fallbacks: rules);
        ModelGroup free = _builder.Group("free", [_builder.Member("openai/small")], fallbacks: rules, differentModels: true);
        Assert.Equal("same", Next(strict, LlmErrorKind.ServerError, operation: LlmOperation.Embeddings));
        Assert.Equal("other", Next(free, LlmErrorKind.ServerError, operation: LlmOperation.Embeddings));
        Assert.Equal("other", Next(strict, LlmErrorKind.ServerError));
    }
}
