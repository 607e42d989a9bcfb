using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes how much to reason, in each service's own words.</summary>
internal static class ReasoningWriter
{
    public static void Write(Utf8JsonWriter writer, ReasoningOptions reasoning, ReasoningDialect dialect, ModelTraits traits, ProviderCall call)
    {
        bool hides = reasoning.Output == ReasoningOutput.None && dialect == ReasoningDialect.Object;
        if (reasoning.Output is not null && !hides)
        {
            FieldPolicy.Unsupported(call, "Reasoning.Output", FieldEffect.Sampling, "the format has no such field");
        }

        bool off = reasoning.Effort == ReasoningEffort.None;
        string? word = reasoning.Effort is { } effort ? WordOf(effort, dialect, traits, call) : null;
        bool wants = reasoning.Effort is not null;
        switch (dialect)
        {
            case ReasoningDialect.Object:
                WriteObject(writer, word, hides);
                return;
            case ReasoningDialect.Thinking when wants:
                writer.WriteStartObject("thinking"u8);
                writer.WriteString("type"u8, off ? "disabled"u8 : "enabled"u8);
                writer.WriteEndObject();
                break;
            case ReasoningDialect.EnabledObject when wants:
                writer.WriteStartObject("reasoning"u8);
                writer.WriteBoolean("enabled"u8, !off);
                writer.WriteEndObject();
                break;
            case ReasoningDialect.Template when wants:
                writer.WriteStartObject("chat_template_kwargs"u8);
                writer.WriteBoolean("enable_thinking"u8, !off);
                writer.WriteEndObject();
                break;
        }

        if (word is not null && !(off && dialect != ReasoningDialect.Effort))
        {
            writer.WriteString("reasoning_effort"u8, word);
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

    private static void WriteObject(Utf8JsonWriter writer, string? word, bool hides)
    {
        if (word is null && !hides)
        {
            return;
        }

        writer.WriteStartObject("reasoning"u8);
        if (word is not null)
        {
            writer.WriteString("effort"u8, word);
        }

        if (hides)
        {
            writer.WriteBoolean("exclude"u8, true);
        }

        writer.WriteEndObject();
    }

    /// <summary>The model's word nearest to an effort; null when it knows none. A switch of its own says off and on without a word.</summary>
    private static string? WordOf(ReasoningEffort effort, ReasoningDialect dialect, ModelTraits traits, ProviderCall call)
    {
        string? word = traits.EffortFor(effort);
        bool hasSwitch = dialect is ReasoningDialect.Thinking or ReasoningDialect.EnabledObject or ReasoningDialect.Template;
        if (word is null && !hasSwitch)
        {
            FieldPolicy.Unsupported(call, "Reasoning.Effort", FieldEffect.Sampling, "the model knows no efforts");
        }
        else if (word is not null && traits.Efforts is not null && !(hasSwitch && effort == ReasoningEffort.None) && !Says(word, effort))
        {
            call.Report.AddChange($"Reasoning.Effort: sent as {word}, the nearest the model knows");
        }

        return word;
    }

    private static bool Says(string word, ReasoningEffort effort) => effort == ReasoningEffort.ExtraHigh ? word == "xhigh" : word.Equals(effort.ToString(), StringComparison.OrdinalIgnoreCase);
}
