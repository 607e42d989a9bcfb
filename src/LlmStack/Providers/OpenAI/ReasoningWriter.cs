using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes how much to reason, in each service's own words.</summary>
internal static class ReasoningWriter
{
    public static void Write(Utf8JsonWriter writer, ReasoningOptions reasoning, ReasoningDialect dialect, AttemptReport report)
    {
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
                    writer.WriteString("reasoning_effort"u8, effort == ReasoningEffort.ExtraHigh ? "max" : WordOf(effort));
                }

                break;
            case ReasoningDialect.Object:
                WriteObject(writer, effort, hides);
                break;
            case ReasoningDialect.EnabledObject:
                writer.WriteStartObject("reasoning"u8);
                writer.WriteBoolean("enabled"u8, !off);
                writer.WriteEndObject();
                if (!off)
                {
                    writer.WriteString("reasoning_effort"u8, WordOf(effort));
                }

                break;
            case ReasoningDialect.Template:
                writer.WriteStartObject("chat_template_kwargs"u8);
                writer.WriteBoolean("enable_thinking"u8, !off);
                writer.WriteEndObject();
                if (!off)
                {
                    writer.WriteString("reasoning_effort"u8, WordOf(effort));
                }

                break;
            default:
                writer.WriteString("reasoning_effort"u8, WordOf(effort));
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

    private static void WriteObject(Utf8JsonWriter writer, ReasoningEffort? effort, bool hides)
    {
        writer.WriteStartObject("reasoning"u8);
        if (effort is { } value)
        {
            writer.WriteString("effort"u8, WordOf(value));
        }

        if (hides)
        {
            writer.WriteBoolean("exclude"u8, true);
        }

        writer.WriteEndObject();
    }

    private static string WordOf(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "xhigh",
        _ => throw MessageWriter.Unsupported($"Reasoning.Effort: {(int)effort} is unknown; allowed are None, Low, Medium, High and ExtraHigh."),
    };
}
