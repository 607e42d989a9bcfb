using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes the body of a call. Guardrails, service tier and the like are further fields.</summary>
internal static class BedrockRequestWriter
{
    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        JsonBody.Write((call, messages, options), static (writer, s) => WriteFields(writer, s.call, s.messages, s.options));

    private static void WriteFields(Utf8JsonWriter writer, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var points = new BedrockCachePoints(call);
        WriteSystem(writer, messages, options?.Instructions, points);
        new BedrockMessageWriter(writer, call, points).Write(messages);
        BedrockToolWriter.Write(writer, messages, options, call, points);
        if (options is not null)
        {
            FieldPolicy.NoConversations(call, options);
            WriteInference(writer, options, call);
            WriteModelFields(writer, options, call);
            bool tier = WriteServiceTier(writer, options.AdditionalProperties);
            ExtraFields.Write(writer, options.AdditionalProperties, tier, static (tier, key) => key is "messages" or "system" or "inferenceConfig" or "toolConfig" || (tier && key is "serviceTier"), static (_, key) => key is "service_tier");
        }
    }

    private static void WriteSystem(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, string? instructions, BedrockCachePoints points)
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

    private static void WriteInference(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        Absent(call, "seed", options.Seed is not null);
        Absent(call, "frequency_penalty", options.FrequencyPenalty is not null);
        Absent(call, "presence_penalty", options.PresencePenalty is not null);
        if (options is { MaxOutputTokens: null, Temperature: null, TopP: null, StopSequences: null or { Count: 0 } })
        {
            return;
        }

        writer.WriteStartObject("inferenceConfig"u8);
        SamplingWriter.Whole(writer, "maxTokens", options.MaxOutputTokens);
        SamplingWriter.Float(writer, "temperature", options.Temperature);
        SamplingWriter.Float(writer, "topP", options.TopP);
        SamplingWriter.Texts(writer, "stopSequences", options.StopSequences);
        writer.WriteEndObject();
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
    private static void WriteModelFields(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        bool claude = IsClaude(call.Model);
        int? budget = ThinkingBudget(options);
        Absent(call, "top_k", options.TopK is not null && !claude);
        Absent(call, "Reasoning", budget is not null && !claude);
        if (!claude || (options.TopK is null && budget is null))
        {
            return;
        }

        if (ExtraFields.Has(options.AdditionalProperties, "additionalModelRequestFields"))
        {
            throw FieldPolicy.Refusal("AdditionalProperties['additionalModelRequestFields']", "TopK and Reasoning already write that block; set one of the two");
        }

        writer.WriteStartObject("additionalModelRequestFields"u8);
        SamplingWriter.Whole(writer, "top_k", options.TopK);
        if (budget is { } tokens)
        {
            writer.WriteStartObject("thinking"u8);
            writer.WriteString("type"u8, "enabled"u8);
            writer.WriteNumber("budget_tokens"u8, tokens);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>A budget must be at least 1024 and below the largest output.</summary>
    private static int? ThinkingBudget(ChatOptions options)
    {
        int? wanted = options.Reasoning?.Effort switch
        {
            null or ReasoningEffort.None => null,
            ReasoningEffort.Low => 2048,
            ReasoningEffort.Medium => 8192,
            ReasoningEffort.High => 16_384,
            _ => 32_768,
        };
        return wanted is { } tokens && options.MaxOutputTokens is { } max ? Math.Max(1024, Math.Min(tokens, max - 1)) : wanted;
    }

    public static bool IsClaude(string model) => model.Contains("anthropic.", StringComparison.OrdinalIgnoreCase);

    private static void Absent(ProviderCall call, string field, bool isSet)
    {
        if (isSet)
        {
            FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, "the format has no such field for this model");
        }
    }
}
