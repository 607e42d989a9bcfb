using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Writes the options of a call, each or its substitute, and lists what was lost.</summary>
internal readonly ref struct GeminiOptionsWriter(Utf8JsonWriter writer, ProviderCall call, ModelTraits traits)
{
    private const int MaxStops = 5;

    public void Write(ChatOptions? options)
    {
        if (options is null)
        {
            return;
        }

        Refuse(options);
        writer.WriteStartObject("generationConfig"u8);
        WriteNumber("temperature", options.Temperature);
        WriteNumber("topP", options.TopP);
        WriteNumber("presencePenalty", options.PresencePenalty);
        WriteNumber("frequencyPenalty", options.FrequencyPenalty);
        if (options.TopK is { } topK)
        {
            writer.WriteNumber("topK"u8, topK);
        }

        if (options.Seed is { } seed)
        {
            WriteSeed(seed);
        }

        if (options.MaxOutputTokens is { } max)
        {
            writer.WriteNumber("maxOutputTokens"u8, max >= 1 ? max : throw FieldPolicy.Refusal("MaxOutputTokens", "allowed is 1 or more", max.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        WriteStops(options.StopSequences);
        WriteFormat(options.ResponseFormat as ChatResponseFormatJson);
        GeminiThinkingPlan.Of(call, options.Reasoning, traits).Write(writer);
        GeminiExtraFields.WriteConfig(writer, options.AdditionalProperties);
        writer.WriteEndObject();
        GeminiExtraFields.WriteOthers(writer, options.AdditionalProperties);
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

        if (options.AllowBackgroundResponses == true)
        {
            FieldPolicy.Unsupported(call, "AllowBackgroundResponses", FieldEffect.Sampling, "the format has no such field");
        }
    }

    private void WriteNumber(string name, float? value)
    {
        if (value is not { } number)
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw FieldPolicy.Refusal(name, "a finite number is needed", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        writer.WriteNumber(name, number);
    }

    /// <summary>The format's seed has 32 bits; any longer one is folded to the same number each time.</summary>
    private void WriteSeed(long seed)
    {
        if (seed is < int.MinValue or > int.MaxValue)
        {
            call.Report.AddChange("seed: folded to 32 bits, the format's size");
            seed = unchecked((int)(seed ^ (seed >> 32)));
        }

        writer.WriteNumber("seed"u8, seed);
    }

    private void WriteStops(IList<string>? stops)
    {
        if (stops is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartArray("stopSequences"u8);
        for (int i = 0; i < stops.Count; i++)
        {
            if (i < MaxStops)
            {
                writer.WriteStringValue(stops[i]);
                continue;
            }

            FieldPolicy.Unsupported(call, "StopSequences", FieldEffect.Meaning, $"the format takes {MaxStops}", stops[i]);
        }

        writer.WriteEndArray();
    }

    private void WriteFormat(ChatResponseFormatJson? format)
    {
        if (format is null)
        {
            return;
        }

        writer.WriteString("responseMimeType"u8, "application/json"u8);
        if (format.Schema is not null)
        {
            writer.WritePropertyName(traits.JsonSchema ? "responseJsonSchema"u8 : "responseSchema"u8);
            ValueWriter.WriteElement(writer, SchemaRewriter.ForResponse(format, traits.JsonSchema ? SchemaDialect.GeminiJson : SchemaDialect.GeminiOpenApi, call.Report));
        }
    }
}
