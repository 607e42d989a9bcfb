using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>Speech as events: <c>speech.audio.delta</c> with a piece of the sound, up to <c>speech.audio.done</c> with the usage.</summary>
internal sealed class SpeechStream(ProviderHttp http, ProviderCall call, string? format, Func<CancellationToken, ValueTask<HttpResponseMessage>> open) : MediaEvents<TextToSpeechResponseUpdate>(http, call, open)
{
    private readonly string _mediaType = SpeechWire.TypeOf(format);
    private UsageDetails? _usage;
    private decimal? _cost;
    private long _bytes;

    public override TextToSpeechResponseUpdate Final()
    {
        if (_bytes == 0)
        {
            throw ErrorFactory.Invalid(Http.Name, Call.Report, "sent no audio.");
        }

        Call.Report.ReportedCost = _cost ?? Call.Report.ReportedCost;
        var update = new TextToSpeechResponseUpdate { Kind = TextToSpeechResponseUpdateKind.SessionClose, ModelId = Call.Model };
        if (_usage is not null)
        {
            update.Contents.Add(new UsageContent(_usage));
        }

        return update;
    }

    protected override TextToSpeechResponseUpdate? Take(Span<byte> json, out bool isLast)
    {
        isLast = false;
        var reader = new WireReader(json);
        byte[]? audio = null;
        bool isError = false;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                isLast = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("speech.audio.done"u8);
                isError |= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
            }
            else if (reader.ValueTextEquals("audio"u8) || reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                audio = reader.TokenType == JsonTokenType.String ? reader.GetBytesFromBase64() : null;
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                _usage = UsageReader.Read(ref reader, ref _cost) ?? _usage;
            }
            else
            {
                bool error = reader.ValueTextEquals("error"u8);
                reader.Read();
                isError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
                reader.Skip();
            }
        }

        if (isError)
        {
            throw Http.ErrorIn(ErrorBody.Parse(json.ToArray()), Call);
        }

        return audio is { Length: > 0 } ? Update(audio) : null;
    }

    protected override TextToSpeechResponseUpdate? TakeWhole(PooledBuffer body) => throw BodyCheck.ErrorOf(body.WrittenMemory, hasError: false, "audio", Http, Call);

    protected override void Close()
    {
        if (_bytes > 0)
        {
            MediaCapture.Output(Call.Capture, _mediaType, _bytes);
        }
    }

    private TextToSpeechResponseUpdate Update(byte[] audio)
    {
        _bytes += audio.Length;
        return SpeechWire.Piece(audio, _mediaType, Call);
    }
}
