using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Writes the body of a call.</summary>
internal static class ResponsesRequestWriter
{
    /// <summary>The further fields that are merged into what the format nests, or decide about it.</summary>
    private static readonly string[] Nested = ["verbosity", "reasoning_summary", "logprobs", "top_logprobs", "store", "include"];

    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, call.Model);
            if (!string.IsNullOrEmpty(options?.Instructions))
            {
                writer.WriteString("instructions"u8, options.Instructions);
            }

            new ResponsesInputWriter(writer, call).Write(messages);
            if (options?.Tools is { Count: > 0 } tools)
            {
                ResponsesToolWriter.Write(writer, tools, options, call);
            }

            if (stream)
            {
                writer.WriteBoolean("stream"u8, true);
            }

            WriteState(writer, options);
            if (options is not null)
            {
                WriteOptions(writer, options, call);
            }

            writer.WriteEndObject();
            writer.Flush();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }
    }

    /// <summary>Whether the server keeps the answer: only when the user continues by id, or says so.</summary>
    public static bool IsStored(ChatOptions? options) =>
        options?.AdditionalProperties is { } more && more.TryGetValue("store", out object? store) && store is bool wanted ? wanted : options?.ConversationId is not null;

    private static void WriteState(Utf8JsonWriter writer, ChatOptions? options)
    {
        writer.WriteBoolean("store"u8, IsStored(options));
        if (options?.ConversationId is { } conversation)
        {
            writer.WriteString(conversation.StartsWith("conv_", StringComparison.Ordinal) ? "conversation"u8 : "previous_response_id"u8, conversation);
        }

        writer.WriteStartArray("include"u8);
        writer.WriteStringValue("reasoning.encrypted_content"u8);
        if (WantsLogProbabilities(options))
        {
            writer.WriteStringValue("message.output_text.logprobs"u8);
        }

        if (options?.AdditionalProperties is { } more && more.TryGetValue("include", out object? include) && include is IEnumerable<string> wanted)
        {
            foreach (string one in wanted)
            {
                writer.WriteStringValue(one);
            }
        }

        writer.WriteEndArray();
    }

    private static bool WantsLogProbabilities(ChatOptions? options) =>
        options?.AdditionalProperties is { } more && ((more.TryGetValue("logprobs", out object? wanted) && wanted is true) || more.ContainsKey("top_logprobs"));

    private static void WriteOptions(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        if (options.ContinuationToken is not null || options.AllowBackgroundResponses == true)
        {
            FieldPolicy.Unsupported(call, options.ContinuationToken is null ? "AllowBackgroundResponses" : "ContinuationToken", FieldEffect.Meaning, "LlmStack runs no background responses; leave it unset");
        }

        ModelTraits traits = ModelTraits.Of("openai", call.Model);
        bool samples = Samples(traits, options);
        WriteSampling(writer, "temperature", options.Temperature, samples, call);
        WriteSampling(writer, "top_p", options.TopP, samples, call);
        Absent(call, "top_k", options.TopK is not null);
        Absent(call, "seed", options.Seed is not null);
        Absent(call, "frequency_penalty", options.FrequencyPenalty is not null);
        Absent(call, "presence_penalty", options.PresencePenalty is not null);
        Absent(call, "stop", options.StopSequences is { Count: > 0 });
        if (options.MaxOutputTokens is { } max)
        {
            writer.WriteNumber("max_output_tokens"u8, max);
        }

        if (options.AdditionalProperties is { } more && more.TryGetValue("top_logprobs", out object? top))
        {
            if (samples)
            {
                writer.WritePropertyName("top_logprobs"u8);
                WriteValue(writer, "top_logprobs", top);
            }
            else
            {
                FieldPolicy.Unsupported(call, "top_logprobs", FieldEffect.Sampling, "the model refuses it");
            }
        }

        WriteReasoning(writer, options);
        WriteText(writer, options, call);
        ExtraFields.Write(writer, options.AdditionalProperties, options, static (o, key) => IsWritten(o, key), static (_, key) => Array.IndexOf(Nested, key) >= 0);
    }

    private static bool Samples(ModelTraits traits, ChatOptions options) => traits.Sampling switch
    {
        SamplingSupport.Rejected => false,
        SamplingSupport.WithoutEffort => options.Reasoning?.Effort == ReasoningEffort.None,
        _ => true,
    };

    private static void WriteSampling(Utf8JsonWriter writer, string name, float? value, bool accepted, ProviderCall call)
    {
        if (value is not { } number)
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw FieldPolicy.Refusal(name, "a finite number is needed", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (accepted)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            FieldPolicy.Unsupported(call, name, FieldEffect.Sampling, "the model refuses it");
        }
    }

    private static void Absent(ProviderCall call, string field, bool isSet)
    {
        if (isSet)
        {
            FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, "the format has no such field");
        }
    }

    private static void WriteReasoning(Utf8JsonWriter writer, ChatOptions options)
    {
        object? summary = null;
        options.AdditionalProperties?.TryGetValue("reasoning_summary", out summary);
        if (options.Reasoning is null && summary is null)
        {
            return;
        }

        writer.WriteStartObject("reasoning"u8);
        if (options.Reasoning?.Effort is { } effort)
        {
            writer.WriteString("effort"u8, effort switch
            {
                ReasoningEffort.None => "none"u8,
                ReasoningEffort.Low => "low"u8,
                ReasoningEffort.Medium => "medium"u8,
                ReasoningEffort.High => "high"u8,
                ReasoningEffort.ExtraHigh => "xhigh"u8,
                _ => throw FieldPolicy.Refusal("Reasoning.Effort", "allowed are None, Low, Medium, High and ExtraHigh", effort.ToString()),
            });
        }

        if (summary is not null)
        {
            writer.WritePropertyName("summary"u8);
            WriteValue(writer, "reasoning_summary", summary);
        }
        else if (options.Reasoning?.Output is ReasoningOutput.Summary or ReasoningOutput.Full)
        {
            writer.WriteString("summary"u8, options.Reasoning.Output == ReasoningOutput.Full ? "detailed"u8 : "auto"u8);
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        object? verbosity = null;
        options.AdditionalProperties?.TryGetValue("verbosity", out verbosity);
        if (options.ResponseFormat is null && verbosity is null)
        {
            return;
        }

        writer.WriteStartObject("text"u8);
        if (options.ResponseFormat is { } format)
        {
            ResponsesToolWriter.WriteFormat(writer, format, options.AdditionalProperties, call);
        }

        if (verbosity is not null)
        {
            writer.WritePropertyName("verbosity"u8);
            WriteValue(writer, "verbosity", verbosity);
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, string key, object? value)
    {
        if (!ValueWriter.TryWrite(writer, value))
        {
            throw FieldPolicy.Refusal($"AdditionalProperties['{key}']", $"a value of type {value!.GetType().Name} cannot be written as JSON; allowed are text, bool, finite numbers, JsonElement, JsonNode and lists of texts");
        }
    }

    private static bool IsWritten(ChatOptions options, string key) => key switch
    {
        "model" or "input" or "stream" => true,
        "instructions" => options.Instructions is not null,
        "tools" => options.Tools is { Count: > 0 },
        "temperature" => options.Temperature is not null,
        "top_p" => options.TopP is not null,
        "max_output_tokens" => options.MaxOutputTokens is not null,
        "reasoning" => options.Reasoning is not null,
        "text" => options.ResponseFormat is not null,
        "previous_response_id" or "conversation" => options.ConversationId is not null,
        "tool_choice" => options.ToolMode is not null && options.Tools is { Count: > 0 },
        "parallel_tool_calls" => options.AllowMultipleToolCalls is not null && options.Tools is { Count: > 0 },
        _ => false,
    };
}
