using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class ModelTraitsTests
{
    [Theory]
    [InlineData("gpt-4o", false, false, false)]
    [InlineData("gpt-4.1-mini", false, false, false)]
    [InlineData("gpt-5-chat-latest", false, false, false)]
    [InlineData("gpt-5", true, true, true)]
    [InlineData("gpt-5.4-mini", true, false, true)]
    [InlineData("gpt-6-sol", true, true, true)]
    [InlineData("gpt-7", true, true, true)]
    [InlineData("ft:gpt-5:acme", true, true, true)]
    [InlineData("o1", true, true, false)]
    [InlineData("o3-mini", true, true, true)]
    [InlineData("omni-moderation-latest", false, false, false)]
    [InlineData("gpt-oss-120b", false, false, false)]
    public void OpenAI_families_refuse_what_they_refuse(string model, bool temperature, bool temperatureWithoutEffort, bool stop)
    {
        ModelTraits traits = ModelTraits.Of("openai", model);
        Assert.Equal(temperature, traits.Refuses("temperature", effortIsNone: false));
        Assert.Equal(temperatureWithoutEffort, traits.Refuses("temperature", effortIsNone: true));
        Assert.Equal(stop, traits.Refuses("stop", effortIsNone: false));
        Assert.Equal(temperature, traits.DeveloperRole);
        Assert.Equal("max_completion_tokens", traits.MaxTokensField);
    }

    [Theory]
    [InlineData("claude-sonnet-5-5", false, false, false, ThinkingModes.BetweenTools)]
    [InlineData("claude-opus-5-20260801", false, true, false, ThinkingModes.Budget)]
    [InlineData("claude-fable-5-2", false, false, false, ThinkingModes.Adaptive)]
    [InlineData("claude-fable-5", false, true, false, ThinkingModes.Adaptive)]
    [InlineData("claude-opus-4-6", true, true, false, ThinkingModes.Budget)]
    [InlineData("claude-haiku-4-5-20251001", true, true, true, ThinkingModes.Budget)]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", true, true, true, ThinkingModes.Budget)]
    [InlineData("claude-next", false, false, false, ThinkingModes.Adaptive)]
    public void Claude_generations_differ(string model, bool samples, bool forcedTools, bool prefill, object mode)
    {
        ModelTraits traits = ModelTraits.Of("anthropic", model);
        Assert.Equal(samples, !traits.Refuses("temperature", false));
        Assert.Equal(forcedTools, traits.ForcedToolChoice);
        Assert.Equal(prefill, traits.Prefill);
        Assert.True(traits.Thinking!.Value.HasFlag((ThinkingModes)mode));
    }

    [Fact]
    public void Claude_4_0_has_no_native_schema_and_4_5_has()
    {
        Assert.Equal(StructuredLevel.None, ModelTraits.Of("anthropic", "claude-sonnet-4-20250514").StructuredOutput);
        Assert.Equal(StructuredLevel.Schema, ModelTraits.Of("anthropic", "claude-sonnet-4-5-20250929").StructuredOutput);
        Assert.Equal(StructuredLevel.Schema, ModelTraits.Of("anthropic", "claude-opus-4-1-20250805").StructuredOutput);
    }

    [Theory]
    [InlineData("openai", "gpt-5", ReasoningEffort.None, "minimal")]
    [InlineData("openai", "gpt-5.4", ReasoningEffort.None, "none")]
    [InlineData("openai", "o3", ReasoningEffort.ExtraHigh, "high")]
    [InlineData("openai", "gpt-4o", ReasoningEffort.Low, null)]
    [InlineData("openai", "a-deployment-of-my-own", ReasoningEffort.ExtraHigh, "xhigh")]
    [InlineData("anthropic", "claude-opus-4-5", ReasoningEffort.ExtraHigh, "high")]
    [InlineData("deepseek", "deepseek-v4", ReasoningEffort.Medium, "high")]
    [InlineData("xai", "grok-3-mini", ReasoningEffort.Medium, "high")]
    public void An_effort_becomes_the_nearest_word_the_model_knows(string provider, string model, ReasoningEffort effort, string? word) =>
        Assert.Equal(word, ModelTraits.Of(provider, model).EffortFor(effort));

    [Fact]
    public void Gemini_generations_think_by_budget_or_by_level()
    {
        ModelTraits pro = ModelTraits.Of("google", "gemini-2.5-pro");
        Assert.Equal(ThinkingModes.Budget, pro.Thinking);
        Assert.Equal((128, 32768), (pro.MinThinkingBudget, pro.MaxThinkingBudget));
        Assert.False(pro.ToolsWithSchema);
        ModelTraits next = ModelTraits.Of("google", "models/gemini-3.5-flash");
        Assert.Equal(ThinkingModes.Level, next.Thinking);
        Assert.True(next.ThoughtSignatures);
        Assert.False(ModelTraits.Of("google", "gemma-3-27b-it").SystemMessages);
    }

    [Fact]
    public void Servers_of_unknown_kind_have_no_peculiarities()
    {
        Assert.Same(ModelTraits.None, ModelTraits.Of(null, "gpt-5"));
        Assert.Same(ModelTraits.None, ModelTraits.Of("nobody", "gpt-5"));
    }

    [Fact]
    public void Every_row_can_be_reached()
    {
        IReadOnlyList<ModelTraitsRow> rows = ModelTraitsTable.Shared.Rows;
        Assert.True(rows.Count > 40);
        foreach (ModelTraitsRow row in rows)
        {
            Assert.Contains(row.Models, pattern =>
            {
                string example = pattern.Replace("*", row.From is { } from ? $"{from}" : "", StringComparison.Ordinal);
                return rows.First(other => other.Provider == row.Provider && other.Fits(example.Length == 0 ? "anything" : example)) == row;
            });
        }
    }

    [Fact]
    public void A_second_look_allocates_nothing()
    {
        ModelTraits.Of("openai", "gpt-5.4-mini");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ModelTraits.Of("openai", "gpt-5.4-mini");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
