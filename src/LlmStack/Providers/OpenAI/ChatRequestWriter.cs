using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes the body of a chat call. Messages and tools come first, so that the trace's input is a slice of the very bytes sent.</summary>
internal static class ChatRequestWriter
{
    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, OpenAIProfile profile, bool stream)
    {
        ModelTraits traits = profile.TraitsOf(call);
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            writer.WritePropertyName("messages"u8);
            MessageWriter.WriteMessages(writer, messages, options?.Instructions, profile, traits.DeveloperRole, call.Report, call.Model, profile.SendsCacheMarks ? new CacheMarks(call) : null);
            int messagesEnd = Position(writer);
            bool hasTools = options?.Tools is { Count: > 0 } tools && ToolWriter.AnyToSend(tools, call);
            if (hasTools)
            {
                ToolWriter.WriteTools(writer, options!.Tools!, profile.Schema, call.Report);
            }

            int inputEnd = Position(writer);
            writer.WriteString("model"u8, call.Model);
            if (stream)
            {
                writer.WriteBoolean("stream"u8, true);
                if (profile.AsksStreamUsage && !ExtraFields.Has(options?.AdditionalProperties, "stream_options"))
                {
                    writer.WriteStartObject("stream_options"u8);
                    writer.WriteBoolean("include_usage"u8, true);
                    writer.WriteEndObject();
                }
            }

            if (options is not null)
            {
                WriteOptions(writer, options, profile, traits, call, hasTools);
            }

            writer.WriteEndObject();
            writer.Flush();
            Capture(call.Capture, body, messagesEnd, inputEnd, hasTools);
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

    private static int Position(Utf8JsonWriter writer) => (int)(writer.BytesCommitted + writer.BytesPending);

    private static void Capture(IContentCapture capture, PooledBuffer body, int messagesEnd, int inputEnd, bool hasTools)
    {
        if (!capture.IsEnabled || capture.HasInput)
        {
            return;
        }

        if (!hasTools)
        {
            int start = "{\"messages\":".Length;
            capture.SetInput(body.WrittenSpan[start..messagesEnd]);
            return;
        }

        // The field behind the tools starts with a comma; closing the object there for a moment makes the prefix a value of its own.
        ref byte comma = ref body.Bytes[inputEnd];
        byte kept = comma;
        comma = (byte)'}';
        capture.SetInput(body.WrittenSpan[..(inputEnd + 1)]);
        comma = kept;
    }

    private static void WriteOptions(Utf8JsonWriter writer, ChatOptions options, OpenAIProfile profile, ModelTraits traits, ProviderCall call, bool hasTools)
    {
        Refuse(options, call);
        var state = new OptionState(options, profile, traits, call, options.Reasoning?.Effort == ReasoningEffort.None);
        WriteFloat(writer, "temperature", options.Temperature, state);
        WriteFloat(writer, "top_p", options.TopP, state);
        WriteFloat(writer, "frequency_penalty", options.FrequencyPenalty, state);
        WriteFloat(writer, "presence_penalty", options.PresencePenalty, state);
        if (options.TopK is { } topK)
        {
            if (profile.SendsTopK)
            {
                writer.WriteNumber("top_k"u8, topK);
            }
            else
            {
                FieldPolicy.Unsupported(call, "top_k", FieldEffect.Sampling, "the format has no such field");
            }
        }

        if (options.Seed is { } seed && !state.Drops(profile.SeedField))
        {
            writer.WriteNumber(profile.SeedField, seed);
        }

        if (options.MaxOutputTokens is { } max)
        {
            writer.WriteNumber(state.MaxTokensField, max);
        }

        if (options.StopSequences is { Count: > 0 } stop && !state.Drops("stop"))
        {
            writer.WriteStartArray("stop"u8);
            for (int i = 0; i < stop.Count; i++)
            {
                writer.WriteStringValue(stop[i]);
            }

            writer.WriteEndArray();
        }

        if (options.ResponseFormat is { } format)
        {
            ToolWriter.WriteFormat(writer, format, options.AdditionalProperties, profile.Schema, call.Report);
        }

        if (hasTools && options.ToolMode is { } mode)
        {
            ToolWriter.WriteChoice(writer, mode);
        }

        if (hasTools && options.AllowMultipleToolCalls is { } several)
        {
            writer.WriteBoolean("parallel_tool_calls"u8, several);
        }

        if (options.Reasoning is { } reasoning)
        {
            ReasoningWriter.Write(writer, reasoning, profile.Reasoning, traits, call);
        }

        ExtraFields.Write(writer, options.AdditionalProperties, state, static (s, key) => s.IsWritten(key), static (s, key) => s.Drops(key));
    }

    private static void Refuse(ChatOptions options, ProviderCall call)
    {
        if (options.ConversationId is not null)
        {
            FieldPolicy.Unsupported(call, "ConversationId", FieldEffect.Meaning, "this format keeps no conversations; send the whole history instead");
        }

        if (options.ContinuationToken is not null)
        {
            FieldPolicy.Unsupported(call, "ContinuationToken", FieldEffect.Meaning, "this format has no background responses to continue");
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, string name, float? value, in OptionState state)
    {
        if (value is not { } number || state.Drops(name))
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw MessageWriter.Unsupported($"{name}: {number} cannot be sent; a finite number is needed.");
        }

        writer.WriteNumber(name, number);
    }

    private readonly record struct OptionState(ChatOptions Options, OpenAIProfile Profile, ModelTraits Traits, ProviderCall Call, bool EffortIsNone)
    {
        public string MaxTokensField => Traits.MaxTokensField ?? Profile.MaxTokensField;

        public bool Drops(string field)
        {
            bool byService = Profile.Refuses(field);
            if (!byService && !Traits.Refuses(field, EffortIsNone))
            {
                return false;
            }

            FieldPolicy.Unsupported(Call, field, FieldEffect.Sampling, byService ? "the service refuses it" : "the model refuses it");
            return true;
        }

        public bool IsWritten(string field) => field switch
        {
            "messages" or "model" or "stream" => true,
            "tools" => Options.Tools is { Count: > 0 },
            "temperature" => Options.Temperature is not null,
            "top_p" => Options.TopP is not null,
            "frequency_penalty" => Options.FrequencyPenalty is not null,
            "presence_penalty" => Options.PresencePenalty is not null,
            "top_k" => Options.TopK is not null && Profile.SendsTopK,
            "seed" or "random_seed" => Options.Seed is not null && field == Profile.SeedField,
            "max_tokens" or "max_completion_tokens" => Options.MaxOutputTokens is not null && field == MaxTokensField,
            "stop" => Options.StopSequences is { Count: > 0 },
            "response_format" => Options.ResponseFormat is not null,
            "tool_choice" => Options.ToolMode is not null && Options.Tools is { Count: > 0 },
            "parallel_tool_calls" => Options.AllowMultipleToolCalls is not null && Options.Tools is { Count: > 0 },
            "reasoning_effort" or "reasoning" or "thinking" or "chat_template_kwargs" => ReasoningWriter.Writes(field, Options.Reasoning, Profile.Reasoning),
            _ => false,
        };
    }
}
