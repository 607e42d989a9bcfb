using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes the body of a call. Guardrails, service tier and the like are further fields.</summary>
internal static class BedrockRequestWriter
{
    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, BedrockModel model) =>
        JsonBody.Write((call, messages, options, model), static (writer, s) => WriteFields(writer, s.call, s.messages, s.options, s.model));

    private static void WriteFields(Utf8JsonWriter writer, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, in BedrockModel model)
    {
        var points = new BedrockCachePoints(call);
        (ChatToolMode? mode, string? instruction) = model.ChoiceFor(call, options);
        WriteSystem(writer, messages, options?.Instructions, instruction, points);
        new BedrockMessageWriter(writer, call, points).Write(messages);
        BedrockToolWriter.Write(writer, messages, options, mode, call, points);
        if (options is not null)
        {
            FieldPolicy.NoConversations(call, options);
            WriteInference(writer, options, call, model);
            WriteModelFields(writer, options, call, model);
            bool output = WriteOutput(writer, options, call, model);
            bool tier = WriteServiceTier(writer, options.AdditionalProperties);
            ExtraFields.Write(
                writer,
                options.AdditionalProperties,
                (tier, output),
                static (written, key) => key is "messages" or "system" or "inferenceConfig" or "toolConfig" || (written.tier && key is "serviceTier") || (written.output && key is "outputConfig"),
                static (_, key) => key is "service_tier");
        }
    }

    private static void WriteSystem(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, string? instructions, string? more, BedrockCachePoints points)
    {
        bool any = false;
        WriteSystemText(writer, instructions, ref any);
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == ChatRole.System)
            {
                WriteSystemText(writer, messages[i].Text, ref any);
                for (int j = 0; any && j < messages[i].Contents.Count; j++)
                {
                    points.Write(writer, messages[i].Contents[j].AdditionalProperties);
                }
            }
        }

        WriteSystemText(writer, more, ref any);
        if (any)
        {
            writer.WriteEndArray();
        }
    }

    private static void WriteSystemText(Utf8JsonWriter writer, string? text, ref bool any)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        if (!any)
        {
            writer.WriteStartArray("system"u8);
            any = true;
        }

        writer.WriteStartObject();
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }

    private static void WriteInference(Utf8JsonWriter writer, ChatOptions options, ProviderCall call, in BedrockModel model)
    {
        Absent(call, "seed", options.Seed is not null);
        Absent(call, "frequency_penalty", options.FrequencyPenalty is not null);
        Absent(call, "presence_penalty", options.PresencePenalty is not null);
        float? temperature = Sent(options.Temperature, "temperature", call, model);
        if (temperature > 1 && float.IsFinite(temperature.Value))
        {
            // Others count to 2.
            call.Report.AddChange("temperature: lowered to 1, the format's most");
            temperature = 1;
        }

        float? topP = Sent(options.TopP, "top_p", call, model);
        if (topP is not null && temperature is not null && model.Traits.OneOfTemperatureAndTopP)
        {
            FieldPolicy.Unsupported(call, "top_p", FieldEffect.Sampling, "the model takes one of temperature and top_p");
            topP = null;
        }

        if (options is { MaxOutputTokens: null, StopSequences: null or { Count: 0 } } && temperature is null && topP is null)
        {
            return;
        }

        writer.WriteStartObject("inferenceConfig"u8);
        SamplingWriter.Whole(writer, "maxTokens", options.MaxOutputTokens);
        SamplingWriter.Float(writer, "temperature", temperature);
        SamplingWriter.Float(writer, "topP", topP);
        SamplingWriter.Texts(writer, "stopSequences", options.StopSequences);
        writer.WriteEndObject();
    }

    /// <summary>A sampling value, unless the model refuses it, which is listed. What is no number is refused either way.</summary>
    private static float? Sent(float? value, string field, ProviderCall call, in BedrockModel model)
    {
        if (value is not { } number || !float.IsFinite(number) || model.Refusal(field) is not { } why)
        {
            return value;
        }

        FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, why);
        return null;
    }

    /// <summary>The word that the other formats have for it, as this one writes it.</summary>
    private static bool WriteServiceTier(Utf8JsonWriter writer, AdditionalPropertiesDictionary? properties)
    {
        if (properties is null || !properties.TryGetValue("service_tier", out object? tier) || tier is null)
        {
            return false;
        }

        writer.WriteStartObject("serviceTier"u8);
        writer.WriteString("type"u8, tier as string ?? throw FieldPolicy.Refusal("AdditionalProperties['service_tier']", "allowed are texts, for instance 'flex'", tier.GetType().Name));
        writer.WriteEndObject();
        return true;
    }

    /// <summary>What only some vendors' models know lies in a block that is handed to the model as it is.</summary>
    private static void WriteModelFields(Utf8JsonWriter writer, ChatOptions options, ProviderCall call, in BedrockModel model)
    {
        int? topK = options.TopK;
        if (topK is not null && (model.IsClaude ? model.Refusal("top_k") : "the format has no such field for this model") is { } why)
        {
            FieldPolicy.Unsupported(call, "top_k", FieldEffect.Sampling, why);
            topK = null;
        }

        if (topK is null && model.Thinking.Type is null)
        {
            return;
        }

        if (ExtraFields.Has(options.AdditionalProperties, "additionalModelRequestFields"))
        {
            throw FieldPolicy.Refusal("AdditionalProperties['additionalModelRequestFields']", "TopK and Reasoning already write that block; set one of the two");
        }

        writer.WriteStartObject("additionalModelRequestFields"u8);
        SamplingWriter.Whole(writer, "top_k", topK);
        model.Thinking.Write(writer);
        writer.WriteEndObject();
    }

    /// <summary>The effort, and the schema that the answer keeps, which this format has as a text.</summary>
    private static bool WriteOutput(Utf8JsonWriter writer, ChatOptions options, ProviderCall call, in BedrockModel model)
    {
        var format = options.ResponseFormat as ChatResponseFormatJson;
        if (model.Thinking.Effort is null && format?.Schema is null)
        {
            return false;
        }

        writer.WriteStartObject("outputConfig"u8);
        if (format?.Schema is not null)
        {
            writer.WriteStartObject("textFormat"u8);
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WriteStartObject("structure"u8);
            writer.WriteStartObject("jsonSchema"u8);
            writer.WriteString("schema"u8, SchemaRewriter.ForResponse(format, SchemaDialect.AnthropicStrict, call.Report).GetRawText());
            if (!string.IsNullOrEmpty(format.SchemaName))
            {
                writer.WriteString("name"u8, format.SchemaName);
            }

            if (!string.IsNullOrEmpty(format.SchemaDescription))
            {
                writer.WriteString("description"u8, format.SchemaDescription);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        if (model.Thinking.Effort is { } effort)
        {
            writer.WriteString("effort"u8, effort);
        }

        writer.WriteEndObject();
        return true;
    }

    private static void Absent(ProviderCall call, string field, bool isSet)
    {
        if (isSet)
        {
            FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, "the format has no such field for this model");
        }
    }
}
