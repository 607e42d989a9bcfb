using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Turns the lines of one streamed answer into updates. Tool calls come whole.</summary>
/// <param name="http">Where it comes from.</param>
/// <param name="call">The attempt.</param>
/// <param name="open">Asks.</param>
/// <param name="keepsRaw">Whether updates keep the lines they were read from.</param>
/// <param name="generates">Whether a text is continued; its lines differ from a chat's only in where the text is.</param>
internal sealed class OllamaStream(ProviderHttp http, ProviderCall call, Func<CancellationToken, ValueTask<HttpResponseMessage>> open, bool keepsRaw, bool generates = false)
    : StreamedAnswer<SseReader>(http, call, keepsRaw, plainText: generates)
{
    private readonly OllamaDocument _document = new(call.Model, generates);

    protected override UsageDetails? Usage => _document.Usage;

    public override ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);

    /// <summary>Every line of the stream is a document, so that only pages and texts are something else.</summary>
    protected override bool IsDocument(byte first) => first != (byte)'{';

    protected override void Accept(SseReader reader)
    {
        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.IsEmpty || !TryParse(_document, data, reader.IsUnterminated))
        {
            return;
        }

        if (_document.HasError)
        {
            throw Http.ErrorIn(ErrorBody.Parse(data.ToArray()), Call);
        }

        AddReasoning(_document.Thinking);
        AddText(_document.Text);
        foreach (ToolCallFragment one in _document.Calls)
        {
            AddFragment(one);
        }

        if (_document.IsDone)
        {
            OllamaFinish.ThrowIfNoAnswer(_document, Http, Call);
            Done = true;
        }
    }

    protected override void AcceptWhole(PooledBuffer body) => OllamaReader.Parse(body, _document, Http, Call);

    protected override void Complete(RoutedChatResponseUpdate update)
    {
        Call.Report.RawFinishReason = _document.DoneReason;
        update.FinishReason = OllamaFinish.Map(_document.DoneReason, AddCalls());
        update.AdditionalProperties = OllamaFinish.Facts(_document);
    }

    protected override void Identify(ChatResponseUpdate update)
    {
        update.ModelId = _document.Model;
        update.CreatedAt = _document.Created;
    }
}
