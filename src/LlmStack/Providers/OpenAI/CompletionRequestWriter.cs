using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes the body of a text completion; the prompt comes first, so that the trace's input is a slice of it.</summary>
internal static class CompletionRequestWriter
{
    private static readonly int InputStart = "{\"prompt\":".Length;

    public static PooledBuffer Write(ProviderCall call, string prompt, TextCompletionOptions? options, OpenAIProfile profile, bool stream)
    {
        PooledBuffer body = JsonBody.Write((call, prompt, options, profile, stream), static (writer, s) => WriteFields(writer, s.call, s.prompt, s.options, s.profile, s.stream), out int inputEnd);
        if (call.Capture is { IsEnabled: true, HasInput: false })
        {
            call.Capture.SetInput(body.WrittenSpan[InputStart..inputEnd]);
        }

        return body;
    }

    private static int WriteFields(Utf8JsonWriter writer, ProviderCall call, string prompt, TextCompletionOptions? options, OpenAIProfile profile, bool stream)
    {
        writer.WriteString("prompt"u8, prompt);
        int inputEnd = JsonBody.Position(writer);
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
            WriteOptions(writer, new State(call, options, profile));
        }

        return inputEnd;
    }

    private static void WriteOptions(Utf8JsonWriter writer, in State state)
    {
        TextCompletionOptions options = state.Options;

        // This older endpoint knows max_tokens only, at every vendor.
        if (options.MaxOutputTokens is { } max)
        {
            writer.WriteNumber("max_tokens"u8, max);
        }

        WriteFloat(writer, state, "temperature", options.Temperature);
        WriteFloat(writer, state, "top_p", options.TopP);
        WriteFloat(writer, state, "frequency_penalty", options.FrequencyPenalty);
        WriteFloat(writer, state, "presence_penalty", options.PresencePenalty);
        if (options.Seed is { } seed)
        {
            writer.WriteNumber(state.Profile.SeedField, seed);
        }

        if (options.StopSequences is { Count: > 0 } stop)
        {
            writer.WriteStartArray("stop"u8);
            for (int i = 0; i < stop.Count; i++)
            {
                writer.WriteStringValue(stop[i]);
            }

            writer.WriteEndArray();
        }

        if (options.Suffix is { } suffix)
        {
            writer.WriteString("suffix"u8, suffix);
        }

        WriteEcho(writer, state);
        ExtraFields.Write(writer, options.AdditionalProperties, state, static (s, key) => IsWritten(s.Options, s.Profile, key), static (s, key) => s.Drops(key, FieldEffect.Sampling));
    }

    private static void WriteEcho(Utf8JsonWriter writer, in State state)
    {
        if (state.Options.Echo is not { } echo)
        {
            return;
        }

        // Without the field no prompt is repeated, which is what false asks for.
        if (!state.Profile.CompletionsRefuse("echo") || (echo && !state.Drops("echo", FieldEffect.Meaning)))
        {
            writer.WriteBoolean("echo"u8, echo);
        }
    }

    private static bool IsWritten(TextCompletionOptions options, OpenAIProfile profile, string field) => field switch
    {
        "prompt" or "model" or "stream" => true,
        "max_tokens" => options.MaxOutputTokens is not null,
        "temperature" => options.Temperature is not null,
        "top_p" => options.TopP is not null,
        "frequency_penalty" => options.FrequencyPenalty is not null,
        "presence_penalty" => options.PresencePenalty is not null,
        "seed" or "random_seed" => options.Seed is not null && field == profile.SeedField,
        "stop" => options.StopSequences is { Count: > 0 },
        "suffix" => options.Suffix is not null,
        "echo" => options.Echo is not null,
        _ => false,
    };

    private static void WriteFloat(Utf8JsonWriter writer, in State state, string name, float? value)
    {
        if (value is not { } number || state.Drops(name, FieldEffect.Sampling))
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw MessageWriter.Unsupported($"{name}: {number} cannot be sent; a finite number is needed.");
        }

        writer.WriteNumber(name, number);
    }

    /// <summary>What decides about one field.</summary>
    private readonly record struct State(ProviderCall Call, TextCompletionOptions Options, OpenAIProfile Profile)
    {
        public bool Drops(string field, FieldEffect effect)
        {
            if (!Profile.CompletionsRefuse(field))
            {
                return false;
            }

            FieldPolicy.Unsupported(Call, field, effect, "the service's text completions have no such field");
            return true;
        }
    }
}
