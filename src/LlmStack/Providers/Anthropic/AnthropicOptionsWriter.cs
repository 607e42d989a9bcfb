using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes the options of a call, each or its substitute, and lists what was lost.</summary>
internal readonly ref struct AnthropicOptionsWriter(Utf8JsonWriter writer, ProviderCall call, AnthropicProfile profile, ModelTraits traits, AnthropicThinkingPlan thinking)
{
    private const string NoField = "the format has no such field";

    public void Write(ChatOptions? options, in AnthropicToolChoice choice)
    {
        thinking.Write(writer);
        if (options is null)
        {
            return;
        }

        Refuse(options);
        WriteSampling(options);
        WriteStops(options.StopSequences);
        WriteOutput(options.ResponseFormat as ChatResponseFormatJson);
        WriteToolChoice(choice.Mode, options.AllowMultipleToolCalls, options.Tools is { Count: > 0 });
        ExtraFields.Write(writer, options.AdditionalProperties, options, static (o, key) => IsWritten(o, key), static (_, _) => false);
    }

    private void Refuse(ChatOptions options)
    {
        if (options.ConversationId is not null)
        {
            throw FieldPolicy.Refusal("ConversationId", "this format keeps no conversations; send the whole history instead");
        }

        if (options.ContinuationToken is not null)
        {
            throw FieldPolicy.Refusal("ContinuationToken", "this format has no background responses to continue");
        }

        Drop("AllowBackgroundResponses", options.AllowBackgroundResponses == true);
        Drop("seed", options.Seed is not null);
        Drop("frequency_penalty", options.FrequencyPenalty is not null);
        Drop("presence_penalty", options.PresencePenalty is not null);
    }

    private void Drop(string field, bool isSet)
    {
        if (isSet)
        {
            FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, NoField);
        }
    }

    private void WriteSampling(ChatOptions options)
    {
        if (options.Temperature is { } temperature && MaySend("temperature"))
        {
            if (temperature > 1)
            {
                // Others count to 2.
                call.Report.AddChange("temperature: lowered to 1, the format's most");
                temperature = 1;
            }

            WriteNumber("temperature"u8, "Temperature", temperature);
        }

        if (options.TopP is { } topP && MaySend("top_p"))
        {
            if (traits.OneOfTemperatureAndTopP && options.Temperature is not null)
            {
                FieldPolicy.Unsupported(call, "top_p", FieldEffect.Sampling, "the model takes one of temperature and top_p");
            }
            else
            {
                WriteNumber("top_p"u8, "TopP", topP);
            }
        }

        if (options.TopK is { } topK && MaySend("top_k"))
        {
            writer.WriteNumber("top_k"u8, topK);
        }
    }

    private bool MaySend(string field)
    {
        string? why = !profile.SendsSampling ? "this version of the API has no such field"
            : traits.Refuses(field, effortIsNone: false) ? "the model refuses it"
            : thinking.Thinks ? "a model that thinks refuses it"
            : null;
        if (why is null)
        {
            return true;
        }

        FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, why);
        return false;
    }

    private void WriteNumber(ReadOnlySpan<byte> name, string option, float value)
    {
        if (!float.IsFinite(value))
        {
            throw FieldPolicy.Refusal(option, "a finite number is needed", value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        writer.WriteNumber(name, value);
    }

    private void WriteStops(IList<string>? stops)
    {
        bool open = false;
        for (int i = 0; i < (stops?.Count ?? 0); i++)
        {
            if (string.IsNullOrWhiteSpace(stops![i]))
            {
                FieldPolicy.Unsupported(call, "stop_sequences", FieldEffect.Sampling, "the format takes no sequence of blanks alone");
                continue;
            }

            if (!open)
            {
                open = true;
                writer.WriteStartArray("stop_sequences"u8);
            }

            writer.WriteStringValue(stops[i]);
        }

        if (open)
        {
            writer.WriteEndArray();
        }
    }

    private void WriteOutput(ChatResponseFormatJson? format)
    {
        if (format?.Schema is null && thinking.Effort is null)
        {
            return;
        }

        writer.WriteStartObject("output_config"u8);
        if (thinking.Effort is { } effort)
        {
            writer.WriteString("effort"u8, effort);
        }

        if (format?.Schema is not null)
        {
            writer.WriteStartObject("format"u8);
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WritePropertyName("schema"u8);
            ValueWriter.WriteElement(writer, SchemaRewriter.ForResponse(format, SchemaDialect.AnthropicStrict, call.Report));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void WriteToolChoice(ChatToolMode? mode, bool? several, bool hasTools)
    {
        if (!hasTools || (mode is null && several is not false))
        {
            return;
        }

        writer.WriteStartObject("tool_choice"u8);
        switch (mode)
        {
            case NoneChatToolMode:
                writer.WriteString("type"u8, "none"u8);
                break;
            case null or AutoChatToolMode:
                writer.WriteString("type"u8, "auto"u8);
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                writer.WriteString("type"u8, "tool"u8);
                writer.WriteString("name"u8, name);
                break;
            case RequiredChatToolMode:
                writer.WriteString("type"u8, "any"u8);
                break;
            default:
                throw FieldPolicy.Refusal("ToolMode", "allowed are Auto, None, RequireAny and RequireSpecific", mode.GetType().Name);
        }

        if (several == false && mode is not NoneChatToolMode)
        {
            writer.WriteBoolean("disable_parallel_tool_use"u8, true);
        }

        writer.WriteEndObject();
    }

    private static bool IsWritten(ChatOptions options, string field) => field switch
    {
        "system" or "messages" or "model" or "max_tokens" or "stream" or "anthropic_version" => true,
        "tools" or "tool_choice" => options.Tools is { Count: > 0 },
        "temperature" => options.Temperature is not null,
        "top_p" => options.TopP is not null,
        "top_k" => options.TopK is not null,
        "stop_sequences" => options.StopSequences is { Count: > 0 },
        "thinking" => options.Reasoning is not null,
        "output_config" => options.Reasoning is not null || options.ResponseFormat is ChatResponseFormatJson,
        _ => false,
    };
}
