using LlmStack.Providers.Anthropic;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>What is known of the model that is called, and how it is told to think. Of Claude that is what its own vendor's format knows; of others nothing.</summary>
/// <param name="IsClaude">Whether it is a Claude.</param>
/// <param name="Traits">What it accepts.</param>
/// <param name="Thinking">How it is told to think.</param>
internal readonly record struct BedrockModel(bool IsClaude, ModelTraits Traits, AnthropicThinkingPlan Thinking)
{
    /// <summary>What an answer may take at most when nothing is said and nothing is known of the model.</summary>
    private const int UnknownMost = 32_000;

    public static BedrockModel Of(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (!call.Model.Contains("anthropic.", StringComparison.OrdinalIgnoreCase))
        {
            if (options?.Reasoning?.Effort is not (null or ReasoningEffort.None))
            {
                FieldPolicy.Unsupported(call, "Reasoning", FieldEffect.Sampling, "the format has no such field for this model");
            }

            return new BedrockModel(false, ModelTraits.None, default);
        }

        ModelTraits traits = AnthropicProfile.TraitsOf(call.Model);
        int most = options?.MaxOutputTokens ?? call.Info?.MaxOutputTokens ?? traits.MaxOutput ?? UnknownMost;
        return new BedrockModel(true, traits, AnthropicThinkingPlan.Of(call, options?.Reasoning, traits, most, messages, static (thought, _) => BedrockContents.StateOf(thought, out bool _) is not null));
    }

    /// <summary>The format binds Claude's answers to schemas; of JSON of any kind it knows nothing, and of other vendors' models we do not know whether it can.</summary>
    public StructuredFeatures FeaturesFor(ChatOptions? options)
    {
        bool native = IsClaude && Traits.StructuredOutput == StructuredLevel.Schema && options?.ResponseFormat is ChatResponseFormatJson { Schema: not null };
        return new StructuredFeatures(native ? StructuredLevel.Schema : StructuredLevel.None, ForcedTool: Traits.ForcedToolChoice && !Thinking.Thinks, WithTools: Traits.ToolsWithSchema);
    }

    /// <summary>Which tools the model is told to call, and what one that cannot be forced is told in words instead.</summary>
    public (ChatToolMode? Mode, string? Instruction) ChoiceFor(ProviderCall call, ChatOptions? options)
    {
        var choice = AnthropicToolChoice.Of(call, options, Traits, Thinking);
        return (choice.Mode, choice.Instruction);
    }

    /// <summary>Why the model takes no value of a sampling field; null when it does.</summary>
    public string? Refusal(string field) =>
        Traits.Refuses(field, effortIsNone: false) ? "the model refuses it"
        : Thinking.Thinks ? "a model that thinks refuses it"
        : null;
}
