using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Writes the body of a chat. What the options have no field for (documents, citation options, safety mode) are further fields.</summary>
internal static class CohereRequestWriter
{
    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream) =>
        JsonBody.Write((call, messages, options, stream), static (writer, s) => WriteFields(writer, s.call, s.messages, s.options, s.stream));

    private static void WriteFields(Utf8JsonWriter writer, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        writer.WriteString("model"u8, call.Model);
        new CohereMessageWriter(writer, call).Write(messages, options?.Instructions);
        writer.WriteBoolean("stream"u8, stream);
        if (options is not null)
        {
            WriteOptions(writer, options, call);
        }
    }

    private static void WriteOptions(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        FieldPolicy.NoConversations(call, options);
        if (options.Tools is { Count: > 0 } tools)
        {
            WriteTools(writer, tools, options, call);
        }

        WriteFormat(writer, options.ResponseFormat, call);
        SamplingWriter.Float(writer, "temperature", options.Temperature);
        SamplingWriter.Float(writer, "p", options.TopP);
        SamplingWriter.Whole(writer, "k", options.TopK);
        SamplingWriter.Float(writer, "frequency_penalty", options.FrequencyPenalty);
        SamplingWriter.Float(writer, "presence_penalty", options.PresencePenalty);
        SamplingWriter.Whole(writer, "seed", options.Seed);
        SamplingWriter.Whole(writer, "max_tokens", options.MaxOutputTokens);
        SamplingWriter.Texts(writer, "stop_sequences", options.StopSequences);
        WriteThinking(writer, options);
        ExtraFields.Write(writer, options.AdditionalProperties, options, static (o, key) => IsWritten(o, key), static (_, _) => false);
    }

    private static void WriteTools(Utf8JsonWriter writer, IList<AITool> tools, ChatOptions options, ProviderCall call)
    {
        if (options.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name })
        {
            // The format cannot name one, but where only one is offered, demanding any names it.
            var only = new List<AITool>(1);
            for (int i = 0; i < tools.Count; i++)
            {
                if (string.Equals(tools[i].Name, name, StringComparison.Ordinal))
                {
                    only.Add(tools[i]);
                }
            }

            if (only.Count == 0)
            {
                throw FieldPolicy.Refusal("ToolMode", "allowed are the names of the tools that the call offers", name);
            }

            if (only.Count < tools.Count)
            {
                call.Report.AddChange("ToolMode: emulated, only the demanded tool is offered");
            }

            tools = only;
        }

        FunctionToolWriter.Write(writer, tools, SchemaDialect.Tool, call);
        if (options.ToolMode is RequiredChatToolMode)
        {
            writer.WriteString("tool_choice"u8, "REQUIRED"u8);
        }
        else if (options.ToolMode is NoneChatToolMode)
        {
            writer.WriteString("tool_choice"u8, "NONE"u8);
        }

        if (options.AllowMultipleToolCalls == false)
        {
            FieldPolicy.Unsupported(call, "AllowMultipleToolCalls", FieldEffect.Sampling, "the format has no such field");
        }
    }

    private static void WriteFormat(Utf8JsonWriter writer, ChatResponseFormat? format, ProviderCall call)
    {
        if (format is not ChatResponseFormatJson json)
        {
            return;
        }

        writer.WriteStartObject("response_format"u8);
        writer.WriteString("type"u8, "json_object"u8);
        if (json.Schema is not null)
        {
            writer.WritePropertyName("json_schema"u8);
            ValueWriter.WriteElement(writer, SchemaRewriter.ForResponse(json, SchemaDialect.Cohere, call.Report));
        }

        writer.WriteEndObject();
    }

    private static void WriteThinking(Utf8JsonWriter writer, ChatOptions options)
    {
        if (options.Reasoning?.Effort is not { } effort || ExtraFields.Has(options.AdditionalProperties, "thinking"))
        {
            return;
        }

        writer.WriteStartObject("thinking"u8);
        writer.WriteString("type"u8, effort == ReasoningEffort.None ? "disabled"u8 : "enabled"u8);
        writer.WriteEndObject();
    }

    private static bool IsWritten(ChatOptions options, string key) => key switch
    {
        "model" or "messages" or "stream" => true,
        "tools" => options.Tools is { Count: > 0 },
        "tool_choice" => options.Tools is { Count: > 0 } && options.ToolMode is RequiredChatToolMode or NoneChatToolMode,
        "response_format" => options.ResponseFormat is ChatResponseFormatJson,
        "temperature" => options.Temperature is not null,
        "p" => options.TopP is not null,
        "k" => options.TopK is not null,
        "frequency_penalty" => options.FrequencyPenalty is not null,
        "presence_penalty" => options.PresencePenalty is not null,
        "seed" => options.Seed is not null,
        "max_tokens" => options.MaxOutputTokens is not null,
        "stop_sequences" => options.StopSequences is { Count: > 0 },
        _ => false,
    };
}
