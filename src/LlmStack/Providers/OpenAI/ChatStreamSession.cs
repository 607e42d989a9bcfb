using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Turns the events of one streamed chat into updates.</summary>
/// <remarks>
/// Every update is progress: content, or a fragment of something that is complete only at the end (tool calls,
/// refusals), which has no contents yet. The first and the last update can carry a route.
/// </remarks>
internal sealed class ChatStreamSession(ProviderHttp http, ProviderCall call, OpenAIProfile profile, Func<ChatStreamSession, CancellationToken, ValueTask<HttpResponseMessage>> open, bool plainText = false) : IChatStream
{
    /// <summary>More choices than any service makes: an index is a number of the server's.</summary>
    private const int MaxChoices = 128;

    private readonly ChatDocument _document = new(call.Model);
    private readonly StreamCapture? _capture = call.Capture.IsEnabled ? new StreamCapture(plainText) : null;
    private readonly ChunkTemplate _template = new();
    private readonly StreamedChoice _main = new(0, profile, call.Model);
    private List<StreamedChoice>? _others;
    private ToolCallAssembler? _tools;
    private StructuredPlan _plan;
    private StreamedForm? _form;
    private bool _keepsRaw;
    private bool _wasUnwrapped;
    private JsonElement? _raw;
    private int _closed;
    private int _piece;
    private bool _started;
    private bool _decided;
    private bool _isWhole;

    /// <summary>Whether the terminal event was seen; nothing after it is read.</summary>
    public bool Done { get; private set; }

    public ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken) => open(this, cancellationToken);

    /// <summary>Takes from the request what its answer must become.</summary>
    public void Expect(in ChatRequest request)
    {
        _plan = request.Plan;
        _form = StreamedForm.For(request.Plan, http.Name);
        _keepsRaw = request.KeepsRaw;
    }

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
                return Done ? NextClosing() : null;
            }

            if (!reader.TryRead())
            {
                if (!reader.Ended)
                {
                    return null;
                }

                Complete();
                return NextClosing();
            }

            Accept(reader);
        }
    }

    /// <summary>The last update: complete tool calls, a refusal, the usage and the reason why generation ended.</summary>
    public ChatResponseUpdate Final()
    {
        string? finish = FinishOf();
        call.Report.RawFinishReason = finish;
        call.Report.ServiceTier = _document.ServiceTier;
        call.Report.ReportedCost = _document.ReportedCost ?? call.Report.ReportedCost;
        List<AIContent> contents = Close(_main, _document.Citations, _capture);
        if (_document.Usage is { } usage)
        {
            contents.Add(new UsageContent(usage));
        }

        WriteCapture();
        var update = new RoutedChatResponseUpdate
        {
            FinishReason = _wasUnwrapped && !contents.Exists(static content => content is FunctionCallContent) ? ChatFinishReason.Stop : FinishReasons.Map(finish, _tools?.HasChoice(0) == true),
            AdditionalProperties = _main.Properties(_document.Extras),
        };
        Fill(update, 0, contents);
        _form?.Check(update.FinishReason, _document.Usage);
        return update;
    }

    public void Dispose()
    {
        WriteCapture();
        _capture?.Dispose();
        _main.Dispose();
        for (int i = 0; i < (_others?.Count ?? 0); i++)
        {
            _others![i].Dispose();
        }
    }

    /// <summary>What choices beside the first held back until the end; null when there is no more.</summary>
    private ChatResponseUpdate? NextClosing()
    {
        while (_closed < (_others?.Count ?? 0))
        {
            StreamedChoice choice = _others![_closed++];
            List<AIContent> contents = Close(choice, furtherCitations: null, capture: null);
            if (contents.Count > 0)
            {
                var update = new ChatResponseUpdate();
                Fill(update, choice.Index, contents);
                return update;
            }
        }

        return null;
    }

    private List<AIContent> Close(StreamedChoice choice, List<AIAnnotation>? furtherCitations, StreamCapture? capture)
    {
        var contents = new List<AIContent>();
        choice.Close(contents, furtherCitations, capture);
        for (int i = 0; i < (_tools?.Count ?? 0); i++)
        {
            if (_tools!.ChoiceAt(i) == choice.Index)
            {
                AIContent content = _tools.ContentAt(i);
                bool isAnswer = StructuredOutput.TryUnwrap(content, _plan, http.Name, out TextContent? answer);
                _wasUnwrapped |= isAnswer;
                contents.Add(isAnswer ? answer! : content);
            }
        }

        return contents;
    }

    private StreamedChoice ChoiceAt(int index)
    {
        if (index == 0)
        {
            return _main;
        }

        for (int i = 0; i < (_others?.Count ?? 0); i++)
        {
            if (_others![i].Index == index)
            {
                return _others[i];
            }
        }

        if (_others?.Count >= MaxChoices)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, $"sent more than {MaxChoices} choices.");
        }

        var choice = new StreamedChoice(index, profile, call.Model);
        (_others ??= []).Add(choice);
        return choice;
    }

    private string? FinishOf()
    {
        string? finish = _main.Finish;
        for (int i = 0; finish is null && i < (_others?.Count ?? 0); i++)
        {
            finish = _others![i].Finish;
        }

        return finish;
    }

    private bool Decide(SseReader reader)
    {
        if (!StreamOpening.TryPeek(reader, http, call, out byte first))
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
        ChatResponseReader.Parse(body, _document, http, call);
        _piece = 0;
        TakeFacts(body.WrittenSpan);
        _raw = _keepsRaw ? RawRequest.Copy(body.WrittenSpan) : null;
        Done = true;
    }

    private void Accept(SseReader reader)
    {
        if (!reader.IsError && !_keepsRaw && _template.TryMatch(reader.Data, out ReadOnlySpan<byte> text, out bool isEscaped))
        {
            _document.Repeat(text, isEscaped);
            _piece = 0;
            return;
        }

        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (IsDone(data) || data.SequenceEqual("\"[DONE]\""u8))
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

        TakeFacts(data);
        _raw = _keepsRaw ? RawRequest.Copy(data) : null;
        _template.Learn(data, _document);
    }

    /// <summary>Alone, or on a line of its own behind a chunk; a text that says the same may have been cut right there.</summary>
    private static bool IsDone(ReadOnlySpan<byte> data) =>
        data.EndsWith("[DONE]"u8) && data[..^6].TrimEnd(" \t"u8) is var before && (before.IsEmpty || before[^1] == (byte)'\n');

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

    private void TakeFacts(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < _document.PieceCount; i++)
        {
            ref ChatPiece piece = ref _document.PieceAt(i);
            call.Report.HasBegunMoreThanText |= piece.HasToolCalls || piece.Choice != 0 || piece.Audio is not null || !string.IsNullOrEmpty(piece.Refusal);
            if (!ChoiceAt(piece.Choice).TryTakeFacts(ref piece, data))
            {
                throw ErrorFactory.Invalid(http.Name, call.Report, "sent more reasoning state than there is room for.");
            }

            if (FinishReasons.FailureOf(piece.Finish) is { } failure)
            {
                throw ErrorFactory.Ended(http.Name, failure, piece.Finish!, call.Report);
            }
        }

        for (int i = 0; i < _document.Fragments.Count; i++)
        {
            _tools ??= new ToolCallAssembler(profile.RepeatsArguments, profile.UnwrapsArguments);
            if (!_tools.TryAdd(_document.Fragments[i]))
            {
                throw ToolCallAssembler.TooLarge(http, call);
            }
        }
    }

    private void Complete()
    {
        if (FinishOf() is null)
        {
            throw ErrorFactory.Truncated(http.Name, call.Report, _document.Usage);
        }

        Done = true;
    }

    private ChatResponseUpdate? Take(ref ChatPiece piece)
    {
        List<AIContent>? contents;
        try
        {
            contents = ChoiceAt(piece.Choice).Take(ref piece, piece.Choice == 0 ? _capture : null);
        }
        catch (FormatException e)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent audio that is no valid base64.", e);
        }

        if (contents is null)
        {
            return null;
        }

        ChatResponseUpdate update = _started ? new ChatResponseUpdate() : new RoutedChatResponseUpdate { IsProgress = true };
        _started = true;
        Fill(update, piece.Choice, contents);
        return update;
    }

    private void Fill(ChatResponseUpdate update, int choice, List<AIContent> contents)
    {
        if (choice == 0)
        {
            _form?.Add(contents);
        }

        update.Role = ChatRole.Assistant;
        update.Contents = contents;
        update.ResponseId = _document.Id;
        update.MessageId = choice == 0 ? _document.Id : $"{_document.Id}-{choice}";
        update.ModelId = _document.Model;
        update.CreatedAt = _document.Created;
        update.RawRepresentation = _raw;
    }

    private void WriteCapture() => _capture?.Write(call.Capture, _tools, _main.Refusal);
}
