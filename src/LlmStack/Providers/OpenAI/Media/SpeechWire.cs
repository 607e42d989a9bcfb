using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The body of a speech call, and its answer, which is the sound itself.</summary>
internal static class SpeechWire
{
    /// <summary>The field must be there; every model has this voice.</summary>
    private const string DefaultVoice = "alloy";

    public static PooledBuffer Write(ProviderCall call, string text, TextToSpeechOptions? options, bool asEvents)
    {
        Refuse(call, "Language", options?.Language is not null);
        Refuse(call, "Pitch", options?.Pitch is not null);
        Refuse(call, "Volume", options?.Volume is not null);
        JsonCapture.Input(call.Capture, text, static (writer, text) => writer.WriteStringValue(text));
        return JsonBody.Write((call.Model, Text: text, Options: options, AsEvents: asEvents), static (writer, state) =>
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

            if (state.AsEvents)
            {
                writer.WriteString("stream_format"u8, "sse"u8);
            }

            ExtraFields.Write(writer, options?.AdditionalProperties, options, static (own, key) => key switch
            {
                "input" or "model" or "stream_format" => true,
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

        if (IsNoAudio(mediaType))
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, hasError: false, "audio", http, call);
        }

        var audio = new DataContent(body.WrittenSpan.ToArray(), TypeOf(mediaType, format));
        MediaCapture.Output(call.Capture, audio.MediaType, audio.Data.Length);
        return new TextToSpeechResponse([audio]) { ModelId = call.Model };
    }

    /// <summary>A piece of the sound.</summary>
    public static TextToSpeechResponseUpdate Piece(byte[] audio, string mediaType, ProviderCall call) =>
        new([new DataContent(audio, mediaType)]) { Kind = TextToSpeechResponseUpdateKind.AudioUpdating, ModelId = call.Model };

    /// <summary>Whether an answer of this type is an error or a page.</summary>
    public static bool IsNoAudio(string? mediaType) => mediaType is "application/json" or "text/html";

    /// <summary>The type of the sound: the answer's, else that of the format that was asked for.</summary>
    public static string TypeOf(string? mediaType, string? format) =>
        mediaType is not null && mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? mediaType : TypeOf(format);

    public static string TypeOf(string? format) => format is null || WordOf(format) == "mp3" ? "audio/mpeg" : $"audio/{WordOf(format)}";

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
}
