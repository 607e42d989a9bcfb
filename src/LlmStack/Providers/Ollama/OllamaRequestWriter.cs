using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Writes the body of a chat. Sampling fields lie in a block of their own, as do further fields that the server knows only there.</summary>
internal static class OllamaRequestWriter
{
    /// <summary>The further fields that belong beside the block.</summary>
    private static readonly string[] TopLevel = ["keep_alive", "think", "truncate", "shift", "logprobs", "top_logprobs", "template", "raw"];

    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream) =>
        JsonBody.Write((call, messages, options, stream), static (writer, s) => WriteFields(writer, s.call, s.messages, s.options, s.stream));

    private static void WriteFields(Utf8JsonWriter writer, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        writer.WriteString("model"u8, call.Model);
        new OllamaMessageWriter(writer, call).Write(messages, options?.Instructions);

        // Left out, it means true here.
        writer.WriteBoolean("stream"u8, stream);
        if (options is not null)
        {
            WriteTools(writer, options, call);
            WriteFormat(writer, options.ResponseFormat, call);
            WriteThink(writer, options);
            OllamaSampling.Of(options).Write(writer, call, TopLevel);
        }
    }

    private static void WriteTools(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        FieldPolicy.NoConversations(call, options);
        if (options.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode)
        {
            return;
        }

        if (options.ToolMode is RequiredChatToolMode)
        {
            FieldPolicy.Unsupported(call, "ToolMode", FieldEffect.Meaning, "the server never forces a tool; allowed are Auto and None");
        }

        if (options.AllowMultipleToolCalls == false)
        {
            FieldPolicy.Unsupported(call, "AllowMultipleToolCalls", FieldEffect.Sampling, "the format has no such field");
        }

        FunctionToolWriter.Write(writer, tools, SchemaDialect.Tool, call);
    }

    private static void WriteFormat(Utf8JsonWriter writer, ChatResponseFormat? format, ProviderCall call)
    {
        switch (format)
        {
            case ChatResponseFormatJson { Schema: not null } json:
                writer.WritePropertyName("format"u8);
                ValueWriter.WriteElement(writer, SchemaRewriter.ForResponse(json, SchemaDialect.Grammar, call.Report));
                break;
            case ChatResponseFormatJson:
                writer.WriteString("format"u8, "json"u8);
                break;
        }
    }

    private static void WriteThink(Utf8JsonWriter writer, ChatOptions options)
    {
        if (options.Reasoning?.Effort is not { } effort || ExtraFields.Has(options.AdditionalProperties, "think"))
        {
            return;
        }

        writer.WritePropertyName("think"u8);
        switch (effort)
        {
            case ReasoningEffort.None:
                writer.WriteBooleanValue(false);
                break;
            case ReasoningEffort.Low:
                writer.WriteStringValue("low"u8);
                break;
            case ReasoningEffort.Medium:
                writer.WriteStringValue("medium"u8);
                break;
            default:
                writer.WriteStringValue("high"u8);
                break;
        }
    }
}
