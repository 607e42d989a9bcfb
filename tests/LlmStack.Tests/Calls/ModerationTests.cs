using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class ModerationTests
{
    private const string One = """{"id":"r","model":"m-1","results":[{"flagged":true,"categories":{"hate":true},"category_scores":{"hate":0.7}}]}""";

    [Fact]
    public async Task Moderation_falls_back_and_carries_its_route_and_span()
    {
        await using var busy = new RawHttpServer(RawReply.Body(503, """{"error":{"message":"overloaded"}}"""));
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(busy, server);

        ModerationResponse response = await h.Client.AsModerator("g").ModerateAsync(["text"]);

        Assert.True(response.AnyFlagged);
        Assert.Equal(["one/m", "two/m"], response.GetRoute()!.Attempts.Select(static attempt => attempt.Deployment));
        Assert.Equal(LlmErrorKind.Overloaded, response.GetRoute()!.Attempts[0].Error);
        h.Traces.ShouldHaveChild("moderation g", "attempt 2", ObservationType.Guardrail);
    }

    [Fact]
    public async Task Wishes_reach_the_router_and_not_the_provider()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(server, server);
        ModerationOptions options = new ModerationOptions().WithRouting(new RoutingOptions { Only = ["two"] });

        ModerationResponse response = await h.Client.AsModerator("g").ModerateAsync([new TextContent("text")], options);

        Assert.Equal("two/m", response.GetRoute()!.Deployment);
        Assert.Equal("""{"input":[{"type":"text","text":"text"}],"model":"m"}""", server.LastBody);
    }

    [Fact]
    public async Task A_result_too_few_is_asked_elsewhere()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(server, server);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.AsModerator("g").ModerateAsync(["a", "b"]));

        Assert.Equal(LlmErrorKind.InvalidResponse, error.Kind);
        Assert.Contains("1 moderation results for 2 inputs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(server, server);
        IModerator moderator = h.Client.AsModerator("g");

        Assert.Contains("texts is empty", (await CallHarness.FailsAsync(() => moderator.ModerateAsync(Array.Empty<string>()))).Message, StringComparison.Ordinal);
        Assert.Contains("texts[1] is null", (await CallHarness.FailsAsync(() => moderator.ModerateAsync(["a", null!]))).Message, StringComparison.Ordinal);
        Assert.Contains("contents is empty", (await CallHarness.FailsAsync(() => moderator.ModerateAsync(Array.Empty<AIContent>()))).Message, StringComparison.Ordinal);
        Assert.Contains("'audio/wav'", (await CallHarness.FailsAsync(() => moderator.ModerateAsync([new DataContent(new byte[] { 1 }, "audio/wav")]))).Message, StringComparison.Ordinal);
        Assert.Contains("contents[0] is a ErrorContent", (await CallHarness.FailsAsync(() => moderator.ModerateAsync([new ErrorContent("x")]))).Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_deployment_without_the_operation_is_no_candidate_and_a_substitute_is_named()
    {
        using CallHarness h = new(llm => llm.AddProvider("a", p => p.UseProvider(_ => new OddProvider())).AddModelGroup("g", g => g.AddDeployment("a/m")));
        Assert.Same(h.Router, h.Client.AsModerator("g").GetService(typeof(ILlmRouter)));
        LlmException error = await CallHarness.FailsAsync(() => h.Client.AsModerator("g").ModerateAsync(["x"]));
        Assert.Equal(LlmErrorKind.NoCandidate, error.Kind);
        Assert.Contains("Moderation", error.Message, StringComparison.Ordinal);
        Assert.Contains("SubstituteClient", Assert.Throws<InvalidOperationException>(() => new SubstituteClient().AsModerator("g")).Message, StringComparison.Ordinal);
    }
}
