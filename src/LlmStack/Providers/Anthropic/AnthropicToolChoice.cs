using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Which tools the model is told to call.</summary>
/// <param name="Mode">The mode that is sent; null for none.</param>
/// <param name="Instruction">What a model that cannot be forced is told in words instead; null for nothing.</param>
internal readonly record struct AnthropicToolChoice(ChatToolMode? Mode, string? Instruction)
{
    public static AnthropicToolChoice Of(ProviderCall call, ChatOptions? options, ModelTraits traits, in AnthropicThinkingPlan thinking)
    {
        if (options?.Tools is not { Count: > 0 })
        {
            return default;
        }

        if (options.ToolMode is not RequiredChatToolMode required || (traits.ForcedToolChoice && !thinking.Thinks))
        {
            return new AnthropicToolChoice(options.ToolMode, null);
        }

        if (call.FieldPolicy == UnsupportedFields.Fail)
        {
            throw FieldPolicy.Refusal("ToolMode", traits.ForcedToolChoice ? "a model that thinks cannot be forced to call a tool" : "the model cannot be forced to call a tool");
        }

        call.Report.AddChange("ToolMode: emulated by an instruction, the model cannot be forced to call a tool");
        string what = required.RequiredFunctionName is { } name ? $"the tool {name}" : "one of the tools";
        return new AnthropicToolChoice(ChatToolMode.Auto, $"Call {what} before you answer.");
    }
}
