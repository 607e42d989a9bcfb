using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI.Media;

public sealed class ModerationWireTests
{
    private const string Violent = """{"id":"modr-1","model":"omni-moderation-2024-09-26","results":[{"flagged":true,"categories":{"violence":true,"self-harm/intent":false},"category_scores":{"violence":0.9,"self-harm/intent":1e-3},"category_applied_input_types":{"violence":["text","image"],"self-harm/intent":[]}}]}""";

    private static IModerationProvider Face(RawHttpServer server) => Assert.IsAssignableFrom<IModerationProvider>(Provider(server).GetService(typeof(IModerationProvider)));

    [Fact]
    public async Task Texts_are_sent_as_a_list_and_captured()
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, """{"results":[{"flagged":false,"categories":{}},{"flagged":true,"categories":{}}]}"""));
        ModerationResponse response = await Face(server).ModerateAsync(Call("omni-moderation-latest", capture), ["a", "b"], new ModerationOptions { AdditionalProperties = new() { ["user"] = "u" } }, CancellationToken.None);
        Assert.StartsWith("POST /v1/moderations ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"input":["a","b"],"model":"omni-moderation-latest","user":"u"}""", server.LastBody);
        Assert.Equal([false, true], response.Results.Select(static result => result.Flagged));
        Assert.True(response.AnyFlagged);
        Assert.Equal("""["a","b"]""", capture.Input);
        Assert.Equal("""[{"flagged":false,"categories":{}},{"flagged":true,"categories":{}}]""", capture.Output);
    }

    [Fact]
    public async Task Contents_are_parts_of_one_input_and_the_categories_have_scores_and_types()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Violent));
        AIContent[] contents = [new TextContent("what is this?"), new UriContent("https://x.test/a.png", "image/png"), new DataContent(new byte[] { 1, 2, 3 }, "image/jpeg")];
        ModerationResponse response = await Face(server).ModerateAsync(Call("m"), contents, null, CancellationToken.None);
        Assert.Equal("""{"input":[{"type":"text","text":"what is this?"},{"type":"image_url","image_url":{"url":"https://x.test/a.png"}},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AQID"}}],"model":"m"}""", server.LastBody);
        ModerationCategory violence = response.Results[0].Find("violence")!;
        Assert.Equal((true, 0.9), (violence.Flagged, violence.Score!.Value));
        Assert.Equal(["text", "image"], violence.AppliedInputTypes);
        Assert.Equal((false, 0.001), (response.Results[0].Find("self-harm/intent")!.Flagged, response.Results[0].Find("self-harm/intent")!.Score!.Value));
        Assert.Null(response.Results[0].Find("other"));
        Assert.Equal(("modr-1", "omni-moderation-2024-09-26"), (response.ResponseId, response.ModelId));
    }

    [Fact]
    public async Task A_service_that_flags_categories_alone_flags_the_result()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"results":[{"categories":{"pii":true},"category_scores":{"pii":0.8}},{"categories":{"pii":false},"category_scores":{"pii":0.1}}],"usage":{"prompt_tokens":3,"total_tokens":3}}"""));
        ModerationResponse response = await Face(server).ModerateAsync(Call("m"), ["a", "b"], null, CancellationToken.None);
        Assert.Equal([true, false], response.Results.Select(static result => result.Flagged));
        Assert.Equal(3, response.Usage!.InputTokenCount);
    }

    [Theory]
    [InlineData(200, """{"model":"m"}""", LlmErrorKind.InvalidResponse)]
    [InlineData(200, """{"results":3}""", LlmErrorKind.InvalidResponse)]
    [InlineData(200, "<html>", LlmErrorKind.InvalidResponse)]
    [InlineData(200, """{"error":{"message":"slow down","code":"rate_limit_exceeded"}}""", LlmErrorKind.RateLimited)]
    [InlineData(429, """{"error":{"message":"slow down"}}""", LlmErrorKind.RateLimited)]
    [InlineData(401, """{"error":{"message":"no"}}""", LlmErrorKind.Authentication)]
    [InlineData(404, """{"error":{"message":"Unknown path"}}""", LlmErrorKind.NotFound)]
    public async Task Failures_have_their_kinds(int status, string body, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Body(status, body));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Face(server).ModerateAsync(Call(), ["a"], null, CancellationToken.None));
        Assert.Equal(kind, e.Kind);
    }
}
