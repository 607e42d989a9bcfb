using System.Text;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>A transcript that comes piece by piece: <c>transcript.text.delta</c> and its like, up to <c>transcript.text.done</c>. Mistral's events are named <c>transcription.…</c>.</summary>
internal sealed class TranscriptStream(ProviderHttp http, ProviderCall call, Func<CancellationToken, ValueTask<HttpResponseMessage>> open) : MediaEvents<SpeechToTextResponseUpdate>(http, call, open)
{
    private readonly TranscriptDocument _document = new();
    private readonly StringBuilder? _text = call.Capture.IsEnabled ? new StringBuilder() : null;
    private SurrogateCarry _carry;
    private AdditionalPropertiesDictionary? _extras;
    private bool _anyText;

    public override SpeechToTextResponseUpdate Final()
    {
        var update = new SpeechToTextResponseUpdate
        {
            Kind = SpeechToTextResponseUpdateKind.SessionClose,
            ModelId = Model,
            EndTime = _document.Duration is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            AdditionalProperties = _extras,
        };
        if (_carry.Flush() is { } rest)
        {
            _text?.Append(rest);
            update.Contents.Add(new TextContent(rest));
        }

        if (TranscriptionWire.UsageOf(_document) is { } usage)
        {
            update.Contents.Add(new UsageContent(usage));
        }

        Call.Report.ReportedCost = _document.ReportedCost ?? Call.Report.ReportedCost;
        return update;
    }

    protected override SpeechToTextResponseUpdate? Take(Span<byte> json, out bool isLast)
    {
        isLast = false;
        BodyCheck.ReadPatched(json, _document);
        string type = _document.Type ?? "";
        if (_document.HasError || type == "error")
        {
            throw Http.ErrorIn(ErrorBody.Parse(json.ToArray()), Call);
        }

        if (type.EndsWith(".done", StringComparison.Ordinal))
        {
            isLast = true;
            _extras = _document.Extras;
            return _anyText ? null : Update(_document.Text);
        }

        if (type.EndsWith(".segment", StringComparison.Ordinal))
        {
            return Segment();
        }

        return type.EndsWith(".delta", StringComparison.Ordinal) ? Update(_document.Delta ?? _document.Text) : null;
    }

    protected override SpeechToTextResponseUpdate? TakeWhole(PooledBuffer body)
    {
        BodyCheck.Read(body, _document, Http, Call);
        if (_document.HasError || _document.Text is null)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, _document.HasError, "text", Http, Call);
        }

        _extras = _document.Extras;
        return Update(_document.Text);
    }

    protected override void Close()
    {
        if (_text is { Length: > 0 })
        {
            TranscriptionWire.CaptureOutput(Call.Capture, _text.ToString());
            _text.Clear();
        }
    }

    private string Model => _document.Model ?? Call.Model;

    private SpeechToTextResponseUpdate? Update(string? text)
    {
        if (_carry.Take(text) is not { } known)
        {
            return null;
        }

        _anyText = true;
        _text?.Append(known);
        return new SpeechToTextResponseUpdate(known) { Kind = SpeechToTextResponseUpdateKind.TextUpdated, ModelId = Model };
    }

    /// <summary>Who spoke from when to when: the words themselves come as pieces as well, so that they are not said twice here.</summary>
    private SpeechToTextResponseUpdate? Segment()
    {
        AdditionalPropertiesDictionary? facts = _document.Extras;
        if (facts is null)
        {
            return null;
        }

        var update = new SpeechToTextResponseUpdate { Kind = SpeechToTextResponseUpdateKind.TextUpdated, ModelId = Model, StartTime = TimeOf(facts, "start"), EndTime = TimeOf(facts, "end") };
        if (facts.TryGetValue("speaker", out object? speaker))
        {
            update.AdditionalProperties = new() { ["speaker"] = speaker, ["text"] = _document.Text };
        }

        return update;
    }

    private static TimeSpan? TimeOf(AdditionalPropertiesDictionary facts, string name) =>
        facts.TryGetValue(name, out object? value) && value is System.Text.Json.JsonElement { ValueKind: System.Text.Json.JsonValueKind.Number } number && number.TryGetDouble(out double seconds) && seconds is >= 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
