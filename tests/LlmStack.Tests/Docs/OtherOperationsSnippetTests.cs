using LlmStack.Tests.Calls;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Docs;

/// <summary>The code of the section on other operations in docs/providers.md. A change there is a change here.</summary>
public sealed class OtherOperationsSnippetTests
{
    [Fact]
    public async Task Providers_a_moderator_judges_texts()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"results":[{"flagged":false,"categories":{"violence":false}},{"flagged":true,"categories":{"violence":true},"category_scores":{"violence":0.8}}]}"""));
        await using var h = new MediaHarness(server, server);
        ILlmClient llm = h.Client;
        double? score = null;

        IModerator moderator = llm.AsModerator("g");
        ModerationResponse verdict = await moderator.ModerateAsync(["How do I make tea?", "…"]);
        if (verdict.AnyFlagged)
        {
            score = verdict.Results[1].Find("violence")?.Score;
        }

        Assert.Equal(0.8, score);
        Assert.Equal("one/m", verdict.GetRoute()!.Deployment);
    }
}
