using CsCheck;
using LlmStack.Providers;
using LlmStack.Providers.Fidelity;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class ToolCallIdsTests
{
    public static TheoryData<string> Formats => ["openai", "responses", "anthropic", "mistral"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_id_fits_afterwards_and_the_same_id_stays_the_same(string format)
    {
        ToolCallIdRules rules = RulesOf(format);
        Gen.String.Sample(id =>
        {
            var report = new AttemptReport();
            string rewritten = ToolCallIds.Rewrite(id, rules, report);
            Assert.True(rules.Fits(rewritten), rewritten);
            Assert.Equal(rewritten, ToolCallIds.Rewrite(id, rules, report));
            Assert.Equal(ReferenceEquals(rewritten, id), report.Changes is null);
        });
    }

    [Fact]
    public void An_id_that_fits_is_kept_and_others_stay_apart()
    {
        var report = new AttemptReport();
        Assert.Equal("toolu_01AbC-9", ToolCallIds.Rewrite("toolu_01AbC-9", ToolCallIdRules.Anthropic, report));
        Assert.Null(report.Changes);
        HashSet<string> rewritten = [.. Enumerable.Range(0, 10_000).Select(i => ToolCallIds.Rewrite($"call_{i}", ToolCallIdRules.Mistral, report))];
        Assert.Equal(10_000, rewritten.Count);
        Assert.Equal(["tool call ids: rewritten, the format does not accept those of the history"], report.Changes);
    }

    [Fact]
    public void The_rewriting_is_the_same_in_every_process() =>
        Assert.Equal("call_9BW0GTKfFvsirRMUMEuv", ToolCallIds.Rewrite("functions.search:0", ToolCallIdRules.Anthropic, new AttemptReport()));

    private static ToolCallIdRules RulesOf(string format) => format switch
    {
        "openai" => ToolCallIdRules.OpenAI,
        "responses" => ToolCallIdRules.OpenAIResponses,
        "anthropic" => ToolCallIdRules.Anthropic,
        _ => ToolCallIdRules.Mistral,
    };
}
