using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Writes the body of a chat. Sampling fields lie in a block of their own, as do further fields that the server knows only there.</summary>
internal static class OllamaRequestWriter
{
    /// <summary>The further fields that belong beside the block; all others are settings of the model's run.</summary>
    private static readonly string[] TopLevel = ["keep_alive", "think", "truncate", "shift", "logprobs", "top_logprobs", "template", "raw"];

    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, call.Model);
            new OllamaMessageWriter(writer, call).Write(messages, options?.Instructions);

            // Left out, it means true here.
            writer.WriteBoolean("stream"u8, stream);
            if (options is not null)
            {
                WriteTools(writer, options, call);
                WriteFormat(writer, options.ResponseFormat, call);
                WriteThink(writer, options);
                WriteBlock(writer, options, call);
                WriteTopLevel(writer, options);
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

    private static void WriteTools(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        if (options.ConversationId is not null)
        {
            FieldPolicy.Unsupported(call, "ConversationId", FieldEffect.Meaning, "the format keeps no conversations; send the whole history instead");
        }

        if (options.ContinuationToken is not null)
        {
            FieldPolicy.Unsupported(call, "ContinuationToken", FieldEffect.Meaning, "the format has no background responses");
        }

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

    private static void WriteBlock(Utf8JsonWriter writer, ChatOptions options, ProviderCall call)
    {
        writer.WriteStartObject("options"u8);
        SamplingWriter.Float(writer, "temperature", options.Temperature);
        SamplingWriter.Float(writer, "top_p", options.TopP);
        SamplingWriter.Float(writer, "frequency_penalty", options.FrequencyPenalty);
        SamplingWriter.Float(writer, "presence_penalty", options.PresencePenalty);
        SamplingWriter.Whole(writer, "top_k", options.TopK);
        SamplingWriter.Whole(writer, "seed", options.Seed);
        SamplingWriter.Whole(writer, "num_predict", options.MaxOutputTokens);
        SamplingWriter.Texts(writer, "stop", options.StopSequences);
        if (call.Info?.ContextWindow is { } window && !ExtraFields.Has(options.AdditionalProperties, "num_ctx"))
        {
            // The server's own default is small, and a longer prompt is cut without a word.
            writer.WriteNumber("num_ctx"u8, window);
        }

        ExtraFields.Write(writer, options.AdditionalProperties, options, static (o, key) => IsWritten(o, key), static (_, key) => Array.IndexOf(TopLevel, key) >= 0);
        writer.WriteEndObject();
    }

    private static void WriteTopLevel(Utf8JsonWriter writer, ChatOptions options) =>
        ExtraFields.Write(writer, options.AdditionalProperties, options, static (_, _) => false, static (_, key) => Array.IndexOf(TopLevel, key) < 0);

    private static bool IsWritten(ChatOptions options, string key) => key switch
    {
        "temperature" => options.Temperature is not null,
        "top_p" => options.TopP is not null,
        "frequency_penalty" => options.FrequencyPenalty is not null,
        "presence_penalty" => options.PresencePenalty is not null,
        "top_k" => options.TopK is not null,
        "seed" => options.Seed is not null,
        "num_predict" => options.MaxOutputTokens is not null,
        "stop" => options.StopSequences is { Count: > 0 },
        _ => false,
    };
}
