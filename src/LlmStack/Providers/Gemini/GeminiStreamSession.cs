using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Turns the chunks of one streamed answer into updates. The format has no terminal event: the end of the stream behind a finish reason is it.</summary>
internal sealed class GeminiStreamSession(GeminiProvider provider, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options) : IChatStream
{
    private readonly ProviderHttp _http = provider.Http;
    private readonly GeminiDocument _document = new(call.Model);
    private readonly GeminiChunkTemplate _template = new();
    private GeminiParts? _partsOrNull;
    private readonly bool _keepsRaw = RawRequest.WantsResponse(options);
    private JsonElement? _raw;
    private StreamedForm? _form;
    private int _part;
    private bool _started;
    private bool _decided;
    private bool _isWhole;

    public bool Done { get; private set; }

    private GeminiParts Parts => _partsOrNull ??= new GeminiParts(call, _document);

    public async ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken)
    {
        using GeminiRequest request = provider.Write(call, messages, options);
        _form = StreamedForm.For(request.Plan, _http.Name);
        return await provider.SendAsync(call, request, stream: true, cancellationToken).ConfigureAwait(false);
    }

    public ChatResponseUpdate? Next(SseReader reader)
    {
        if (!_decided && !Decide(reader))
        {
            return null;
        }

        if (_isWhole)
        {
            ReadWhole(reader);
        }

        while (true)
        {
            if (Take() is { } update)
            {
                return update;
            }

            if (Done || _isWhole)
            {
                return null;
            }

            if (!reader.TryRead())
            {
                if (reader.Ended)
                {
                    Complete();
                }

                return null;
            }

            Accept(reader);
        }
    }

    public ChatResponseUpdate Final()
    {
        call.Report.RawFinishReason = _document.FinishReason;
        call.Report.ServiceTier = _document.ServiceTier;
        List<AIContent>? contents = null;
        Parts.Complete(ref contents);
        if (_document.Usage() is { } usage)
        {
            (contents ??= []).Add(new UsageContent(usage));
        }

        Parts.WriteCapture();
        var update = new RoutedChatResponseUpdate { FinishReason = GeminiFinishReasons.Map(_document.FinishReason, Parts.HasToolCalls) };
        if (_document.LogProbabilities is { ValueKind: not JsonValueKind.Undefined } probabilities)
        {
            update.AdditionalProperties = new() { [GeminiResponseReader.LogProbabilitiesKey] = probabilities };
        }

        Fill(update, 0, contents ?? []);
        _form?.Check(update.FinishReason, _document.Usage());
        return update;
    }

    public void Dispose()
    {
        _partsOrNull?.Dispose();
        _document.Dispose();
    }

    private bool Decide(SseReader reader)
    {
        if (!StreamOpening.TryPeek(reader, _http, call, out byte first))
        {
            return false;
        }

        // Without alt=sse, which a gateway may take off, the format streams a JSON array.
        _isWhole = StreamOpening.IsDocument(first);
        _decided = true;
        return true;
    }

    private void ReadWhole(SseReader reader)
    {
        if (!reader.Ended || Done)
        {
            return;
        }

        using var body = new PooledBuffer(reader.Unread.Length + 1);
        body.Write(reader.Unread);
        GeminiResponseReader.Parse(body, _document, _http, call);
        _raw = _keepsRaw ? RawRequest.Copy(body.WrittenSpan) : null;
        Complete();
    }

    private void Accept(SseReader reader)
    {
        _part = 0;
        if (!reader.IsError && !_keepsRaw && _template.TryMatch(reader.Data, out ReadOnlySpan<byte> text, out bool isEscaped, out ReadOnlySpan<byte> usage))
        {
            _document.Repeat(text, isEscaped, _template.IsThought, usage);
            return;
        }

        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        bool finished = _document.FinishReason is not null;
        try
        {
            BodyCheck.ReadPatched(data, _document);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            if (!reader.IsUnterminated && !data.SequenceEqual("[DONE]"u8))
            {
                throw ErrorFactory.Invalid(_http.Name, call.Report, "sent an event that is no valid JSON.", e);
            }

            // Nothing that was read of it counts: what a cut chunk says of the end is not the end.
            _document.Clear();
            if (reader.IsUnterminated && !finished)
            {
                throw ErrorFactory.Truncated(_http.Name, call.Report, _document.Usage());
            }

            return;
        }

        if (_document.HasError || reader.IsError)
        {
            throw _http.ErrorIn(ErrorBody.Parse(data.ToArray()), call);
        }

        GeminiResponseReader.ThrowIfFailed(_document, _http, call);
        _raw = _keepsRaw ? RawRequest.Copy(data) : null;
        _template.Learn(data, _document);
    }

    private void Complete()
    {
        if (_document.FinishReason is null)
        {
            throw ErrorFactory.Truncated(_http.Name, call.Report, _document.Usage());
        }

        Done = true;
    }

    /// <summary>What the current chunk says of one candidate, as one update.</summary>
    private ChatResponseUpdate? Take()
    {
        List<AIContent>? contents = null;
        int candidate = _part < _document.PartCount ? _document.PartAt(_part).Candidate : 0;
        bool progress = false;
        for (; _part < _document.PartCount && _document.PartAt(_part).Candidate == candidate; _part++)
        {
            Parts.AddTo(ref contents, _document.PartAt(_part));
            progress |= Parts.IsContinuing;
        }

        if (_part >= _document.PartCount && _document.TakeCitations() is { } citations)
        {
            (contents ??= []).Add(new TextContent("") { Annotations = citations });
        }

        if (contents is null && !progress)
        {
            return _part < _document.PartCount ? Take() : null;
        }

        ChatResponseUpdate update = _started ? new ChatResponseUpdate() : new RoutedChatResponseUpdate { IsProgress = progress };
        _started = true;
        Fill(update, candidate, contents ?? []);
        return update;
    }

    private void Fill(ChatResponseUpdate update, int candidate, List<AIContent> contents)
    {
        if (candidate == 0)
        {
            _form?.Add(contents);
        }

        update.Role = ChatRole.Assistant;
        update.Contents = contents;
        update.ResponseId = _document.Id;
        update.MessageId = candidate == 0 ? _document.Id : $"{_document.Id}-{candidate}";
        update.ModelId = _document.Model;
        update.RawRepresentation = _raw;
    }
}
