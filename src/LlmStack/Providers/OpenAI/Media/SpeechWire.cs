using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The body of a speech call, and its answer, which is the sound itself.</summary>
internal static class SpeechWire
{
    /// <summary>The field must be there; every model has this voice.</summary>
    private const string DefaultVoice = "alloy";

    public static PooledBuffer Write(ProviderCall call, string text, TextToSpeechOptions? options)
    {
        Refuse(call, "Language", options?.Language is not null);
        Refuse(call, "Pitch", options?.Pitch is not null);
        Refuse(call, "Volume", options?.Volume is not null);
        JsonCapture.Input(call.Capture, text, static (writer, text) => writer.WriteStringValue(text));
        return JsonBody.Write((call.Model, Text: text, Options: options), static (writer, state) =>
        {
            TextToSpeechOptions? options = state.Options;
            writer.WriteString("input"u8, state.Text);
            writer.WriteString("model"u8, state.Model);
            if (options?.VoiceId is not null || !ExtraFields.Has(options?.AdditionalProperties, "voice"))
            {
                writer.WriteString("voice"u8, options?.VoiceId ?? DefaultVoice);
            }

            if (options?.AudioFormat is { } format)
            {
                writer.WriteString("response_format"u8, WordOf(format));
            }

            if (options?.Speed is { } speed)
            {
                writer.WriteNumber("speed"u8, speed);
            }

            ExtraFields.Write(writer, options?.AdditionalProperties, options, static (own, key) => key switch
            {
                "input" or "model" => true,
                "voice" => own!.VoiceId is not null,
                "response_format" => own!.AudioFormat is not null,
                "speed" => own!.Speed is not null,
                _ => false,
            }, static (_, _) => false);
        });
    }

    public static TextToSpeechResponse Read(PooledBuffer body, string? mediaType, string? format, ProviderHttp http, ProviderCall call)
    {
        if (body.Length == 0)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent no audio.");
        }

        if (mediaType is "application/json" or "text/html")
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, hasError: false, "audio", http, call);
        }

        string type = mediaType is not null && mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? mediaType : TypeOf(format);
        var audio = new DataContent(body.WrittenSpan.ToArray(), type);
        JsonCapture.Output(call.Capture, audio, static (writer, audio) =>
        {
            writer.WriteStartObject();
            writer.WriteString("media_type"u8, audio.MediaType);
            writer.WriteNumber("bytes"u8, audio.Data.Length);
            writer.WriteEndObject();
        });
        return new TextToSpeechResponse([audio]) { ModelId = call.Model };
    }

    private static void Refuse(ProviderCall call, string field, bool isSet)
    {
        if (isSet)
        {
            FieldPolicy.Unsupported(call, field, FieldEffect.Sampling, "the format has no such field");
        }
    }

    /// <summary>A format's word; of a media type the part that names it.</summary>
    private static string WordOf(string format) =>
        !format.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? format : format["audio/".Length..] is "mpeg" ? "mp3" : format["audio/".Length..];

    private static string TypeOf(string? format) => format is null || WordOf(format) == "mp3" ? "audio/mpeg" : $"audio/{WordOf(format)}";
}
