using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Turns the events of one streamed answer into updates, one at most for each event.</summary>
internal sealed class AnthropicStreamSession(AnthropicProvider provider, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options) : IChatStream
{
    private readonly ProviderHttp _http = provider.Http;
    private readonly AnthropicDocument _document = new(call.Model);
    private readonly TextDeltaTemplate _template = new();
    private readonly AnthropicBlockAssembler _blocks = new(call);
    private readonly bool _keepsRaw = RawRequest.WantsResponse(options);
    private JsonElement? _raw;
    private StreamedForm? _form;
    private bool _started;
    private bool _decided;
    private bool _isWhole;
    private bool _stopping;

    public bool Done { get; private set; }

    public async ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken)
    {
        using AnthropicRequest request = provider.Write(call, messages, options, stream: true);
        _blocks.SchemaTool = request.SchemaTool;
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
            if (_blocks.Take(out List<AIContent>? contents))
            {
                return Update(contents);
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
        call.Report.RawFinishReason = _document.StopReason;
        call.Report.ServiceTier = _document.ServiceTier;
        _blocks.EndAll();
        _blocks.Take(out List<AIContent>? contents);
        contents ??= [];
        AnthropicRefusal.AddTo(contents, _document);
        if (_document.Usage() is { } usage)
        {
            contents.Add(new UsageContent(usage));
        }

        _blocks.WriteCapture();
        var update = new RoutedChatResponseUpdate { FinishReason = StopReasons.Map(_document.StopReason, _blocks.HasToolCalls) };
        Fill(update, contents);
        _form?.Check(update.FinishReason, _document.Usage());
        return update;
    }

    public void Dispose() => _blocks.Dispose();

    private bool Decide(SseReader reader)
    {
        if (!StreamOpening.TryPeek(reader, _http, call, out byte first))
        {
            return false;
        }

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
        AnthropicResponseReader.Parse(body, _document, _http, call);
        _blocks.AddWhole(_document.Content!);
        _raw = _keepsRaw ? RawRequest.Copy(body.WrittenSpan) : null;
        Done = true;
    }

    private void Accept(SseReader reader)
    {
        if (!_keepsRaw && _template.TryMatch(reader.Data, out ReadOnlySpan<byte> text))
        {
            _blocks.AddText(Encoding.UTF8.GetString(text));
            return;
        }

        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8) || !TryParse(data, reader.IsUnterminated))
        {
            return;
        }

        // The data says what it is; the event's name only where the data does not.
        if (_document.HasError || _document.Type == AnthropicEventType.Error || (_document.Type == AnthropicEventType.Other && reader.IsError))
        {
            throw _http.ErrorIn(ErrorBody.Parse(data.ToArray()), call);
        }

        // The last update keeps the event that says why generation ended, not the empty one behind it.
        _raw = _keepsRaw && _document.Type != AnthropicEventType.MessageStop ? RawRequest.Copy(data) : _raw;
        switch (_document.Type)
        {
            case AnthropicEventType.BlockStart:
                _blocks.Begin(_document.Index, _document.Block);
                break;
            case AnthropicEventType.BlockDelta:
                if (!_blocks.TryAdd(_document.Index, _document.Delta))
                {
                    throw ToolCallAssembler.TooLarge(_http, call);
                }

                _template.Learn(data, _document);
                break;
            case AnthropicEventType.BlockStop:
                _blocks.End(_document.Index);
                break;
            case AnthropicEventType.MessageDelta:
                _stopping = true;
                break;
            case AnthropicEventType.MessageStop:
                Done = true;
                break;
            default:
                break;
        }
    }

    private bool TryParse(Span<byte> data, bool mayBeCut)
    {
        try
        {
            _document.Read(data);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return mayBeCut ? false : throw ErrorFactory.Invalid(_http.Name, call.Report, "sent an event that is no valid JSON.", e);
        }
    }

    private void Complete()
    {
        if (!_stopping)
        {
            throw ErrorFactory.Truncated(_http.Name, call.Report, _document.Usage());
        }

        Done = true;
    }

    private ChatResponseUpdate Update(List<AIContent>? contents)
    {
        ChatResponseUpdate update = _started ? new ChatResponseUpdate() : new RoutedChatResponseUpdate { IsProgress = true };
        _started = true;
        Fill(update, contents ?? []);
        return update;
    }

    private void Fill(ChatResponseUpdate update, List<AIContent> contents)
    {
        _form?.Add(contents);
        update.Role = ChatRole.Assistant;
        update.Contents = contents;
        update.ResponseId = _document.Id;
        update.MessageId = _document.Id;
        update.ModelId = _document.Model;
        update.RawRepresentation = _raw;
    }
}
