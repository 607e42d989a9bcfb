using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>How the model is told to think, in the way it understands.</summary>
/// <param name="Type">The mode's word; null when nothing is said.</param>
/// <param name="Budget">The tokens to think with, where the mode has a budget.</param>
/// <param name="Display">Whether thoughts are shown: <c>summarized</c> or <c>omitted</c>; null for the model's default.</param>
/// <param name="Effort">The word for the effort; null when none is sent.</param>
internal readonly record struct AnthropicThinkingPlan(string? Type, int? Budget, string? Display, string? Effort)
{
    private const int MinBudget = 1024;

    /// <summary>Whether the model thinks because it was told to: other options are then refused.</summary>
    public bool Thinks => Type is "enabled" or "adaptive";

    public static AnthropicThinkingPlan Of(ProviderCall call, ReasoningOptions? reasoning, ModelTraits traits, int maxTokens, IReadOnlyList<ChatMessage> messages) =>
        Of(call, reasoning, traits, maxTokens, messages, static (thought, report) => AnthropicThinking.StateOf(thought, report, out _) is not null);

    /// <summary>The plan in a format that has the same models and other thoughts.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="reasoning">What was asked for.</param>
    /// <param name="traits">What is known of the model.</param>
    /// <param name="maxTokens">The most output tokens of the call.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="isOwn">Whether a thought has state that the model will take back.</param>
    public static AnthropicThinkingPlan Of(ProviderCall call, ReasoningOptions? reasoning, ModelTraits traits, int maxTokens, IReadOnlyList<ChatMessage> messages, Func<TextReasoningContent, AttemptReport, bool> isOwn)
    {
        if (reasoning is null || (reasoning.Effort is null && reasoning.Output is null))
        {
            return default;
        }

        ThinkingModes modes = traits.Thinking ?? ThinkingModes.Budget | ThinkingModes.Disable;
        string? effort = modes.HasFlag(ThinkingModes.Effort) && reasoning.Effort is { } wanted && wanted != ReasoningEffort.None ? traits.EffortFor(wanted) : null;
        if (reasoning.Effort == ReasoningEffort.None)
        {
            return Off(call, modes, traits);
        }

        if (modes.HasFlag(ThinkingModes.Adaptive))
        {
            return new AnthropicThinkingPlan("adaptive", null, DisplayOf(reasoning.Output), effort);
        }

        if (!modes.HasFlag(ThinkingModes.Budget))
        {
            FieldPolicy.Unsupported(call, "Reasoning", FieldEffect.Sampling, "the model does not think");
            return default;
        }

        return WithBudget(call, reasoning, traits, maxTokens, HasForeignCall(messages, call.Report, isOwn), effort);
    }

    /// <summary>Writes the mode; the effort has its place beside the format of the answer.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        if (Type is null)
        {
            return;
        }

        writer.WriteStartObject("thinking"u8);
        writer.WriteString("type"u8, Type);
        if (Budget is { } budget)
        {
            writer.WriteNumber("budget_tokens"u8, budget);
        }

        if (Display is not null)
        {
            writer.WriteString("display"u8, Display);
        }

        writer.WriteEndObject();
    }

    private static AnthropicThinkingPlan Off(ProviderCall call, ThinkingModes modes, ModelTraits traits)
    {
        if (modes == ThinkingModes.None)
        {
            return default;
        }

        if (modes.HasFlag(ThinkingModes.Disable))
        {
            return new AnthropicThinkingPlan("disabled", null, null, null);
        }

        call.Report.AddChange("Reasoning.Effort: the model always thinks, so the least effort is sent instead of None");
        string? least = modes.HasFlag(ThinkingModes.Effort) ? traits.EffortFor(ReasoningEffort.Low) : null;
        return new AnthropicThinkingPlan(modes.HasFlag(ThinkingModes.BetweenTools) ? "between_tools" : null, null, null, least);
    }

    private static AnthropicThinkingPlan WithBudget(ProviderCall call, ReasoningOptions reasoning, ModelTraits traits, int maxTokens, bool hasForeignCall, string? effort)
    {
        if (reasoning.Effort is not { } wanted)
        {
            FieldPolicy.Unsupported(call, "Reasoning.Output", FieldEffect.Sampling, "the model thinks only with a Reasoning.Effort");
            return default;
        }

        if (maxTokens <= MinBudget)
        {
            FieldPolicy.Unsupported(call, "Reasoning.Effort", FieldEffect.Sampling, $"thinking takes at least {MinBudget} of the output tokens, MaxOutputTokens is {maxTokens}");
            return default;
        }

        if (hasForeignCall)
        {
            FieldPolicy.Unsupported(call, "Reasoning.Effort", FieldEffect.Sampling, "the tool calls being answered were made without thoughts of this format, which the model would demand");
            return default;
        }

        if (reasoning.Output is not null)
        {
            call.Report.AddChange("Reasoning.Output: dropped, the model has one way of showing its thoughts");
        }

        double share = wanted switch
        {
            ReasoningEffort.Low => 0.25,
            ReasoningEffort.Medium => 0.5,
            ReasoningEffort.High => 0.75,
            _ => 0.9,
        };
        int most = Math.Min(maxTokens - 1, traits.MaxThinkingBudget ?? int.MaxValue);
        int budget = Math.Clamp((int)(maxTokens * share), Math.Min(MinBudget, most), most);
        return new AnthropicThinkingPlan("enabled", budget, null, effort);
    }

    /// <summary>Whether the conversation is inside a tool loop that another vendor's model, or one that did not think, began.</summary>
    private static bool HasForeignCall(IReadOnlyList<ChatMessage> messages, AttemptReport report, Func<TextReasoningContent, AttemptReport, bool> isOwn)
    {
        if (messages.Count == 0 || !HistoryCheck.HasResults(messages[^1]))
        {
            return false;
        }

        for (int i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i].Role == ChatRole.Assistant)
            {
                IList<AIContent> contents = messages[i].Contents;
                return contents.Count == 0 || contents[0] is not TextReasoningContent thinking || !isOwn(thinking, report);
            }
        }

        return false;
    }

    private static string? DisplayOf(ReasoningOutput? output) => output switch
    {
        null => null,
        ReasoningOutput.None => "omitted",
        _ => "summarized",
    };
}
