using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Turns the events of one streamed chat into updates.</summary>
/// <remarks>
/// Every update is progress: content, or a fragment of something that is complete only at the end (tool calls,
/// refusals), which has no contents yet. The first and the last update can carry a route.
/// </remarks>
internal sealed class ChatStreamSession(ProviderHttp http, ProviderCall call, bool plainText = false) : IDisposable
{
    private readonly ChatDocument _document = new(call.Model);
    private readonly StreamCapture? _capture = call.Capture.IsEnabled ? new StreamCapture(plainText) : null;
    private readonly ChunkTemplate _template = new();
    private ToolCallAssembler? _tools;
    private StringBuilder? _refusal;
    private SurrogateCarry _textCarry;
    private SurrogateCarry _reasoningCarry;
    private string? _finish;
    private int _piece;
    private bool _started;
    private bool _decided;
    private bool _isWhole;

    /// <summary>Whether the terminal event was seen; nothing after it is read.</summary>
    public bool Done { get; private set; }

    /// <summary>The usage so far; null until it was sent.</summary>
    public UsageDetails? Usage => _document.Usage;

    /// <summary>The next update of what has arrived; null when more bytes are needed, or when the stream is complete.</summary>
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
            while (_piece < _document.PieceCount)
            {
                if (Take(ref _document.PieceAt(_piece++)) is { } update)
                {
                    return update;
                }
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

    /// <summary>The last update: complete tool calls, a refusal, the usage and the reason why generation ended.</summary>
    public RoutedChatResponseUpdate Final()
    {
        call.Report.RawFinishReason = _finish;
        call.Report.ServiceTier = _document.ServiceTier;
        var contents = new List<AIContent>();
        if (_reasoningCarry.Flush() is { } thought)
        {
            contents.Add(new TextReasoningContent(thought));
            _capture?.AddReasoning(thought);
        }

        if (_textCarry.Flush() is { } text)
        {
            contents.Add(new TextContent(text));
            _capture?.AddText(text);
        }

        if (_refusal is not null)
        {
            contents.Add(new ErrorContent(SurrogateCarry.Repair(_refusal.ToString())) { ErrorCode = "Refusal" });
        }

        for (int i = 0; i < (_tools?.Count ?? 0); i++)
        {
            contents.Add(_tools!.ContentAt(i));
        }

        if (_document.Usage is { } usage)
        {
            contents.Add(new UsageContent(usage));
        }

        WriteCapture();
        var update = new RoutedChatResponseUpdate { FinishReason = FinishReasons.Map(_finish, _tools is not null) };
        Fill(update, 0, contents);
        return update;
    }

    public void Dispose()
    {
        WriteCapture();
        _capture?.Dispose();
    }

    private bool Decide(SseReader reader)
    {
        if (!reader.TryPeek(out byte first))
        {
            return reader.Ended ? throw ErrorFactory.Invalid(http.Name, call.Report, "sent an empty stream.") : false;
        }

        // The content type is not asked: servers label streams as anything, and errors as streams.
        _isWhole = first is (byte)'{' or (byte)'[' or (byte)'<' or (byte)'"';
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
        ChatResponseReader.Parse(body, _document, http, call);
        _piece = 0;
        TakeFacts();
        Done = true;
    }

    private void Accept(SseReader reader)
    {
        if (!reader.IsError && _template.TryMatch(reader.Data, out ReadOnlySpan<byte> text))
        {
            _document.Repeat(text);
            _piece = 0;
            return;
        }

        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.EndsWith("[DONE]"u8) || data.SequenceEqual("\"[DONE]\""u8))
        {
            Done = true;
            data = data[..^(data[^1] == (byte)'"' ? data.Length : 6)].TrimEnd(" \t\r\n"u8);
        }

        if (data.IsEmpty)
        {
            _document.Clear();
            _piece = 0;
            return;
        }

        if (reader.IsError)
        {
            throw http.ErrorIn(ErrorBody.Parse(data.ToArray()), call);
        }

        if (!TryParse(data, reader.IsUnterminated))
        {
            return;
        }

        _piece = 0;
        if (_document.HasError || (_document.HasMessage && !_document.HasChoices))
        {
            throw http.ErrorIn(ErrorBody.Parse(data.ToArray()), call);
        }

        TakeFacts();
        _template.Learn(data, _document);
    }

    private bool TryParse(Span<byte> data, bool mayBeCut)
    {
        try
        {
            BodyCheck.ReadPatched(data, _document);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            _document.Clear();
            if (mayBeCut)
            {
                return false;
            }

            throw ErrorFactory.Invalid(http.Name, call.Report, "sent an event that is no valid JSON.", e);
        }
    }

    private void TakeFacts()
    {
        _finish ??= _document.FinishReason;
        for (int i = 0; i < _document.Fragments.Count; i++)
        {
            _tools ??= new ToolCallAssembler();
            if (!_tools.TryAdd(_document.Fragments[i]))
            {
                throw ErrorFactory.Invalid(http.Name, call.Report, "sent more than 512 tool calls, or a tool call with more than 4 MiB of arguments.");
            }
        }

        if (FinishReasons.FailureOf(_document.FinishReason) is { } failure)
        {
            throw FinishReasons.Failure(http.Name, failure, _document.FinishReason!, call.Report);
        }
    }

    private void Complete()
    {
        if (_finish is null)
        {
            throw ErrorFactory.Truncated(http.Name, call.Report, _document.Usage);
        }

        Done = true;
    }

    private ChatResponseUpdate? Take(ref ChatPiece piece)
    {
        bool main = piece.Choice == 0;
        string? text = Whole(piece.Text, ref _textCarry, main);
        string? reasoning = Whole(piece.Reasoning, ref _reasoningCarry, main);
        bool progress = piece.HasToolCalls;
        if (!string.IsNullOrEmpty(piece.Refusal))
        {
            (_refusal ??= new StringBuilder()).Append(piece.Refusal);
            progress = true;
        }

        if (text is null && reasoning is null && !progress)
        {
            return null;
        }

        List<AIContent> contents;
        if (reasoning is not null)
        {
            contents = new List<AIContent>(text is null ? 1 : 2) { new TextReasoningContent(reasoning) };
            if (text is not null)
            {
                contents.Add(new TextContent(text));
            }
        }
        else
        {
            contents = text is null ? [] : new List<AIContent>(1) { new TextContent(text) };
        }

        if (main && _capture is not null)
        {
            _capture.AddText(text);
            _capture.AddReasoning(reasoning);
        }

        ChatResponseUpdate update = _started ? new ChatResponseUpdate() : new RoutedChatResponseUpdate { IsProgress = true };
        _started = true;
        Fill(update, piece.Choice, contents);
        return update;
    }

    private static string? Whole(string? text, ref SurrogateCarry carry, bool main)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return main ? carry.Take(text) : SurrogateCarry.Repair(text);
    }

    private void Fill(ChatResponseUpdate update, int choice, List<AIContent> contents)
    {
        update.Role = ChatRole.Assistant;
        update.Contents = contents;
        update.ResponseId = _document.Id;
        update.MessageId = choice == 0 ? _document.Id : $"{_document.Id}-{choice}";
        update.ModelId = _document.Model;
        update.CreatedAt = _document.Created;
    }

    private void WriteCapture() => _capture?.Write(call.Capture, _tools, _refusal);
}
