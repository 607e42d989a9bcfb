using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>A transcript, or one event of a streamed one.</summary>
internal sealed class TranscriptDocument : IWireDocument
{
    private decimal? _reportedCost;

    /// <summary>An event's kind; null when it says none.</summary>
    public string? Type { get; private set; }

    /// <summary>The whole text; null when the document has none.</summary>
    public string? Text { get; private set; }

    /// <summary>A piece of the text; null when the document has none.</summary>
    public string? Delta { get; private set; }

    public string? Model { get; private set; }

    /// <summary>The length of the sound in seconds; null when not told.</summary>
    public double? Duration { get; private set; }

    public UsageDetails? Usage { get; private set; }

    public decimal? ReportedCost => _reportedCost;

    public bool HasError { get; private set; }

    /// <summary>Facts beside the text, under the names they came with; null when there are none.</summary>
    public AdditionalPropertiesDictionary? Extras { get; private set; }

    public void Read(ReadOnlySpan<byte> json)
    {
        Type = Text = Delta = null;
        Extras = null;
        HasError = false;
        var reader = new WireReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref reader);
        }
    }

    private void ReadField(ref WireReader reader)
    {
        if (reader.ValueTextEquals("text"u8))
        {
            reader.Read();
            Text = JsonText.GetString(ref reader) ?? Text;
        }
        else if (reader.ValueTextEquals("delta"u8))
        {
            reader.Read();
            Delta = JsonText.GetString(ref reader);
        }
        else if (reader.ValueTextEquals("type"u8))
        {
            reader.Read();
            Type = JsonText.GetString(ref reader);
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            Model = JsonText.GetString(ref reader, Model) ?? Model;
        }
        else if (reader.ValueTextEquals("duration"u8))
        {
            reader.Read();
            Duration = JsonText.GetNumber(ref reader) is >= 0 and < 1e9 and double seconds ? seconds : Duration;
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            Usage = UsageReader.Read(ref reader, ref _reportedCost) ?? Usage;
            return;
        }
        else if (ExtraOf(ref reader) is { } extra)
        {
            reader.Read();
            AdditionalPropertiesDictionary? extras = Extras;
            AnswerExtras.Keep(ref reader, extra, ref extras);
            Extras = extras;
            return;
        }
        else
        {
            bool error = reader.ValueTextEquals("error"u8);
            reader.Read();
            HasError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
        }

        reader.Skip();
    }

    private static string? ExtraOf(ref WireReader reader) =>
        reader.ValueTextEquals("language"u8) ? "language"
        : reader.ValueTextEquals("segments"u8) ? "segments"
        : reader.ValueTextEquals("words"u8) ? "words"
        : reader.ValueTextEquals("logprobs"u8) ? "logprobs"
        : reader.ValueTextEquals("speaker"u8) ? "speaker"
        : reader.ValueTextEquals("start"u8) ? "start"
        : reader.ValueTextEquals("end"u8) ? "end"
        : null;
}
