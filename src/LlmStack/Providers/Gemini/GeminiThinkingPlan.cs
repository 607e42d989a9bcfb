using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>How the model is told to think: by a level, or, before the third generation, by a budget; never by both.</summary>
/// <param name="Level">The level; null for none.</param>
/// <param name="Budget">The tokens to think with; null for none.</param>
/// <param name="Shows">Whether thoughts are shown; null for the model's default.</param>
internal readonly record struct GeminiThinkingPlan(string? Level, int? Budget, bool? Shows)
{
    private const int LowBudget = 1024;
    private const int MediumBudget = 8192;
    private const int HighBudget = 24_576;

    public static GeminiThinkingPlan Of(ProviderCall call, ReasoningOptions? reasoning, ModelTraits traits)
    {
        bool? shows = reasoning?.Output is { } output ? output != ReasoningOutput.None : null;
        if (reasoning?.Effort is not { } effort)
        {
            return new GeminiThinkingPlan(null, null, shows);
        }

        ThinkingModes modes = traits.Thinking ?? ThinkingModes.Level;
        if (modes.HasFlag(ThinkingModes.Level))
        {
            string? level = traits.EffortFor(effort);
            if (effort == ReasoningEffort.None && level != "none")
            {
                call.Report.AddChange("Reasoning.Effort: the model always thinks, so the least level is sent instead of None");
            }

            return new GeminiThinkingPlan(level, null, shows);
        }

        if (modes.HasFlag(ThinkingModes.Budget))
        {
            return new GeminiThinkingPlan(null, BudgetOf(call, effort, modes, traits), shows);
        }

        if (effort != ReasoningEffort.None)
        {
            FieldPolicy.Unsupported(call, "Reasoning", FieldEffect.Sampling, "the model does not think");
        }

        return default;
    }

    public void Write(Utf8JsonWriter writer)
    {
        if (Level is null && Budget is null && Shows is null)
        {
            return;
        }

        writer.WriteStartObject("thinkingConfig"u8);
        if (Level is not null)
        {
            writer.WriteString("thinkingLevel"u8, Level.ToUpperInvariant());
        }

        if (Budget is { } budget)
        {
            writer.WriteNumber("thinkingBudget"u8, budget);
        }

        if (Shows is { } shows)
        {
            writer.WriteBoolean("includeThoughts"u8, shows);
        }

        writer.WriteEndObject();
    }

    private static int BudgetOf(ProviderCall call, ReasoningEffort effort, ThinkingModes modes, ModelTraits traits)
    {
        int least = traits.MinThinkingBudget ?? 1;
        if (effort == ReasoningEffort.None)
        {
            if (modes.HasFlag(ThinkingModes.Disable))
            {
                return 0;
            }

            call.Report.AddChange("Reasoning.Effort: the model always thinks, so the least budget is sent instead of None");
            return least;
        }

        int most = traits.MaxThinkingBudget ?? HighBudget;
        int budget = effort switch
        {
            ReasoningEffort.Low => LowBudget,
            ReasoningEffort.Medium => MediumBudget,
            ReasoningEffort.High => HighBudget,
            _ => most,
        };
        return Math.Clamp(budget, least, most);
    }
}
