using System.Text;
using LlmStack.Catalog;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The form of a transcription or translation, and its answer.</summary>
internal static class TranscriptionWire
{
    /// <summary>Whether English text is wanted of speech in another language.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidRequest"/>: another language is wanted, or the service does not translate.</exception>
    public static bool IsTranslation(ProviderCall call, SpeechToTextOptions? options, OpenAIProfile profile)
    {
        if (string.IsNullOrEmpty(options?.TextLanguage) || SameLanguage(options.TextLanguage, options.SpeechLanguage))
        {
            return false;
        }

        if (SameLanguage(options.TextLanguage, "en") && profile.Operations.HasFlag(OpenAIOperations.Translation))
        {
            return true;
        }

        string why = profile.Operations.HasFlag(OpenAIOperations.Translation) ? "the format translates into English only: allowed are en, and the language that is spoken" : "the service does not translate: allowed is the language that is spoken, or null";
        FieldPolicy.Unsupported(call, "TextLanguage", FieldEffect.Meaning, why, options.TextLanguage);
        return false;
    }

    public static MultipartBody Write(ProviderCall call, DataContent audio, SpeechToTextOptions? options, OpenAIProfile profile, string? format, bool translates, bool streams)
    {
        if (audio.Data.Length > profile.MaxAudioBytes)
        {
            throw ErrorFactory.Unsupported($"audioSpeechStream holds {audio.Data.Length} bytes; the service takes at most {profile.MaxAudioBytes}: compress the sound (mp3, opus) or cut it into parts.");
        }

        if (options?.SpeechSampleRate is not null)
        {
            FieldPolicy.Unsupported(call, "SpeechSampleRate", FieldEffect.Sampling, "the format has no such field");
        }

        MediaCapture.Input(call.Capture, audio);
        var body = new MultipartBody();
        try
        {
            AdditionalPropertiesDictionary? more = options?.AdditionalProperties;
            string? language = translates ? null : options?.SpeechLanguage;
            body.AddText("model", call.Model);
            if (language is not null)
            {
                body.AddText("language", language);
            }

            bool setsFormat = format is not null && !ExtraFields.Has(more, "response_format");
            if (setsFormat)
            {
                body.AddText("response_format", format!);
            }

            if (streams)
            {
                body.AddText("stream", "true");
            }

            if (format == "diarized_json" && !ExtraFields.Has(more, "chunking_strategy"))
            {
                // Sounds longer than half a minute are refused without it.
                body.AddText("chunking_strategy", "auto");
            }

            body.AddFields(more, field => field is "model" or "file" or "stream" || (field == "language" && language is not null) || (field == "response_format" && setsFormat));
            body.AddFile("file", string.IsNullOrEmpty(audio.Name) ? "audio" : audio.Name, audio.MediaType, audio.Data.Span);
            body.End();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>The form that the answer is asked for: the caller's wish, else what the model has that says most; null: the service's own.</summary>
    public static string? FormatOf(SpeechToTextOptions? options, ModelTraits traits) =>
        options?.AdditionalProperties is { } more && more.TryGetValue("response_format", out object? wish) ? wish?.ToString() : traits.TranscriptFormat;

    /// <summary>Whether an answer in this form is the text itself.</summary>
    public static bool IsBare(string? format) => format is "text" or "srt" or "vtt";

    public static SpeechToTextResponse Read(PooledBuffer body, string? format, ProviderHttp http, ProviderCall call)
    {
        if (IsBare(format) && body.Length > 0 && body.WrittenSpan[0] is not ((byte)'{' or (byte)'<'))
        {
            string text = Encoding.UTF8.GetString(body.WrittenSpan);
            return Told(new SpeechToTextResponse(format == "text" ? text.Trim() : text) { ModelId = call.Model }, call);
        }

        var document = new TranscriptDocument();
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || document.Text is null)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "text", http, call);
        }

        call.Report.ReportedCost = document.ReportedCost ?? call.Report.ReportedCost;
        return Told(
            new SpeechToTextResponse(document.Text)
            {
                ModelId = document.Model ?? call.Model,
                StartTime = document.Duration is null ? null : TimeSpan.Zero,
                EndTime = document.Duration is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Usage = UsageOf(document),
                AdditionalProperties = document.Extras,
            },
            call);
    }

    /// <summary>What was used; by its length when the service says no more of it.</summary>
    public static UsageDetails? UsageOf(TranscriptDocument document) =>
        document.Usage ?? (document.Duration is > 0 and double seconds ? new UsageDetails { AdditionalCounts = new() { [UsageKeys.AudioSeconds] = (long)Math.Max(1, Math.Round(seconds, MidpointRounding.AwayFromZero)) } } : null);

    public static void CaptureOutput(IContentCapture capture, string text) => JsonCapture.Output(capture, text, static (writer, text) => writer.WriteStringValue(text));

    private static SpeechToTextResponse Told(SpeechToTextResponse response, ProviderCall call)
    {
        CaptureOutput(call.Capture, response.Text);
        return response;
    }

    /// <summary>Compares languages without their regions: <c>en</c> is <c>en-GB</c>.</summary>
    private static bool SameLanguage(string one, string? other) =>
        other is not null && one.AsSpan(0, Primary(one)).Equals(other.AsSpan(0, Primary(other)), StringComparison.OrdinalIgnoreCase);

    private static int Primary(string language) => language.IndexOfAny(['-', '_']) is >= 0 and int end ? end : language.Length;
}
