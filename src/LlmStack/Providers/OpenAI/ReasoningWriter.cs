using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes how much to reason, in each service's own words.</summary>
internal static class ReasoningWriter
{
    public static void Write(Utf8JsonWriter writer, ReasoningOptions reasoning, ReasoningDialect dialect, ModelTraits traits, ProviderCall call)
    {
        AttemptReport report = call.Report;
        bool hides = reasoning.Output == ReasoningOutput.None;
        if (reasoning.Output is not null && !(hides && dialect == ReasoningDialect.Object))
        {
            report.AddChange("reasoning.output: dropped, the format has no such field");
        }

        if (reasoning.Effort is not { } effort)
        {
            if (hides && dialect == ReasoningDialect.Object)
            {
                WriteObject(writer, null, hides);
            }

            return;
        }

        bool off = effort == ReasoningEffort.None;
        string? word = traits.EffortFor(effort);
        switch (dialect)
        {
            case ReasoningDialect.HighOrNone:
                writer.WriteString("reasoning_effort"u8, off ? "none"u8 : "high"u8);
                if (effort is not (ReasoningEffort.None or ReasoningEffort.High))
                {
                    report.AddChange("reasoning.effort: raised or lowered to high, the service knows only none and high");
                }

                break;
            case ReasoningDialect.Thinking:
                writer.WriteStartObject("thinking"u8);
                writer.WriteString("type"u8, off ? "disabled"u8 : "enabled"u8);
                writer.WriteEndObject();
                if (!off)
                {
                    writer.WriteString("reasoning_effort"u8, effort == ReasoningEffort.ExtraHigh ? "max" : word ?? "high");
                }

                break;
            case ReasoningDialect.Object:
                WriteObject(writer, word, hides);
                break;
            case ReasoningDialect.EnabledObject:
                writer.WriteStartObject("reasoning"u8);
                writer.WriteBoolean("enabled"u8, !off);
                writer.WriteEndObject();
                if (!off && word is not null)
                {
                    writer.WriteString("reasoning_effort"u8, word);
                }

                break;
            case ReasoningDialect.Template:
                writer.WriteStartObject("chat_template_kwargs"u8);
                writer.WriteBoolean("enable_thinking"u8, !off);
                writer.WriteEndObject();
                if (!off && word is not null)
                {
                    writer.WriteString("reasoning_effort"u8, word);
                }

                break;
            default:
                if (word is null)
                {
                    FieldPolicy.Unsupported(call, "reasoning_effort", FieldEffect.Sampling, "the model knows no efforts");
                }
                else
                {
                    writer.WriteString("reasoning_effort"u8, word);
                }

                break;
        }
    }

    /// <summary>Whether an option writes the field, so that it may not be set a second time.</summary>
    public static bool Writes(string field, ReasoningOptions? reasoning, ReasoningDialect dialect) => reasoning?.Effort is not null && field switch
    {
        "reasoning" => dialect is ReasoningDialect.Object or ReasoningDialect.EnabledObject,
        "thinking" => dialect == ReasoningDialect.Thinking,
        "chat_template_kwargs" => dialect == ReasoningDialect.Template,
        _ => dialect != ReasoningDialect.Object,
    };

    private static void WriteObject(Utf8JsonWriter writer, string? effort, bool hides)
    {
        writer.WriteStartObject("reasoning"u8);
        if (effort is not null)
        {
            writer.WriteString("effort"u8, effort);
        }

        if (hides)
        {
            writer.WriteBoolean("exclude"u8, true);
        }

        writer.WriteEndObject();
    }
}
