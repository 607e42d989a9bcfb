using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Turns the lines of one streamed answer into updates. Tool calls come whole.</summary>
internal sealed class OllamaStream(OllamaProvider provider, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    : StreamedAnswer<SseReader>(provider.Http, call, RawRequest.WantsResponse(options))
{
    private readonly OllamaDocument _document = new(call.Model);

    protected override UsageDetails? Usage => _document.Usage;

    public override async ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken)
    {
        using PooledBuffer body = provider.Write(Call, messages, options, stream: true);
        return await provider.SendAsync(Call, body, stream: true, cancellationToken).ConfigureAwait(false);
    }

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
