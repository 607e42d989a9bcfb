using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>The course of a streamed answer that formats share: what arrives becomes updates, one at most for each event; the end must be announced.</summary>
/// <typeparam name="TReader">What cuts the bytes into events.</typeparam>
internal abstract class StreamedAnswer<TReader>(ProviderHttp http, ProviderCall call, bool keepsRaw, bool plainText = false) : IEventStream<TReader, ChatResponseUpdate>
    where TReader : IEventReader
{
    private readonly StreamCapture? _capture = call.Capture.IsEnabled ? new StreamCapture(plainText) : null;
    private JsonElement? _raw;
    private SurrogateCarry _textCarry;
    private SurrogateCarry _reasoningCarry;
    private List<AIContent>? _contents;
    private StringBuilder? _refusal;
    private bool _progress;
    private bool _started;
    private bool _decided;
    private bool _isWhole;

    public bool Done { get; protected set; }

    /// <summary>Checks the answer's form at the end; null when nothing is to be checked.</summary>
    protected StreamedForm? Form { get; set; }

    protected ProviderHttp Http => http;

    protected ProviderCall Call => call;

    /// <summary>The tool calls so far; null when there are none.</summary>
    protected ToolCallAssembler? Tools { get; private set; }

    public abstract ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken);

    public ChatResponseUpdate? Next(TReader reader)
    {
        if (!_decided && !Decide(reader))
        {
            return null;
        }

        if (_isWhole && reader.Ended && !Done)
        {
            using var body = new PooledBuffer(reader.Unread.Length + 1);
            body.Write(reader.Unread);
            AcceptWhole(body);
            _raw = keepsRaw ? RawRequest.Copy(body.WrittenSpan) : null;
            Done = true;
        }

        while (true)
        {
            if (_contents is not null || _progress)
            {
                return Update();
            }

            if (Done || _isWhole)
            {
                return null;
            }

            if (!reader.TryRead())
            {
                if (reader.Ended)
                {
                    End();
                    Done = true;
                }

                return null;
            }

            Accept(reader);
        }
    }

    public ChatResponseUpdate Final()
    {
        AddWhole(_reasoningCarry.Flush(), reasoning: true);
        AddWhole(_textCarry.Flush(), reasoning: false);
        var update = new RoutedChatResponseUpdate();
        Complete(update);
        if (_refusal is not null)
        {
            Add(new ErrorContent(SurrogateCarry.Repair(_refusal.ToString())) { ErrorCode = "Refusal" });
        }

        if (Usage is { } usage)
        {
            Add(new UsageContent(usage));
        }

        WriteCapture();
        Fill(update, _contents ?? []);
        Form?.Check(update.FinishReason, Usage);
        return update;
    }

    public void Dispose()
    {
        WriteCapture();
        _capture?.Dispose();
    }

    /// <summary>The usage so far; null until it was sent.</summary>
    protected abstract UsageDetails? Usage { get; }

    /// <summary>The mark of reasoning whose state only this format understands; null when there is no such state.</summary>
    protected virtual string? Origin => null;

    /// <summary>Takes one event.</summary>
    protected abstract void Accept(TReader reader);

    /// <summary>Takes an answer that came as one document although a stream was asked for; most are errors.</summary>
    protected abstract void AcceptWhole(PooledBuffer body);

    /// <summary>Adds what is known only at the end, and the facts of the report.</summary>
    protected abstract void Complete(RoutedChatResponseUpdate update);

    /// <summary>Sets the identity of an update.</summary>
    protected abstract void Identify(ChatResponseUpdate update);

    /// <summary>Whether a first byte begins a single document instead of events.</summary>
    protected virtual bool IsDocument(byte first) => StreamOpening.IsDocument(first);

    /// <summary>The stream ended and no event was terminal.</summary>
    protected virtual void End() => throw ErrorFactory.Truncated(http.Name, call.Report, Usage);

    protected void Add(AIContent content) => (_contents ??= []).Add(content);

    /// <summary>Says that something beside text has begun; it may be complete only later.</summary>
    protected void BeginMoreThanText() => call.Report.HasBegunMoreThanText = true;

    protected void AddText(string? text) => AddWhole(_textCarry.Take(text), reasoning: false);

    protected void AddReasoning(string? text) => AddWhole(_reasoningCarry.Take(text), reasoning: true);

    protected void AddRefusal(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            (_refusal ??= new StringBuilder()).Append(text);
            _progress = true;
            BeginMoreThanText();
        }
    }

    protected void AddFragment(in ToolCallFragment fragment)
    {
        _progress = true;
        BeginMoreThanText();
        if (!(Tools ??= new ToolCallAssembler()).TryAdd(fragment))
        {
            throw ToolCallAssembler.TooLarge(http, call);
        }
    }

    /// <summary>Adds the calls that were put together, where they are complete only at the end; one that stands for an answer in a form becomes its text.</summary>
    /// <returns>Whether a call is left that the caller has to answer.</returns>
    protected bool AddCalls(in StructuredPlan plan = default)
    {
        bool any = false;
        for (int i = 0; i < (Tools?.Count ?? 0); i++)
        {
            FunctionCallContent content = Tools!.ContentAt(i);
            bool unwrapped = StructuredOutput.TryUnwrap(content, plan, http.Name, out TextContent? text);
            Add(unwrapped ? text! : content);
            any |= !unwrapped;
        }

        return any;
    }

    /// <summary>Reads the event's JSON; false when it was cut by the end of the stream.</summary>
    protected bool TryParse(IWireDocument document, Span<byte> data, bool mayBeCut)
    {
        try
        {
            BodyCheck.ReadPatched(data, document);
            _raw = keepsRaw ? RawRequest.Copy(data) : null;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return mayBeCut ? false : throw ErrorFactory.Invalid(http.Name, call.Report, "sent an event that is no valid JSON.", e);
        }
    }

    private bool Decide(TReader reader)
    {
        if (!StreamOpening.TryPeek(reader, http, call, out byte first))
        {
            return false;
        }

        _isWhole = IsDocument(first);
        _decided = true;
        return true;
    }

    private void AddWhole(string? text, bool reasoning)
    {
        if (text is null)
        {
            return;
        }

        if (reasoning)
        {
            _capture?.AddReasoning(text);
            var thought = new TextReasoningContent(text);
            if (Origin is { } origin)
            {
                // Joining a stream keeps the properties of the first piece, so that every piece is marked.
                OpaqueState.Tag(thought, origin);
            }

            Add(thought);
        }
        else
        {
            _capture?.AddText(text);
            Add(new TextContent(text));
        }
    }

    private ChatResponseUpdate Update()
    {
        ChatResponseUpdate update = _started ? new ChatResponseUpdate() : new RoutedChatResponseUpdate { IsProgress = true };
        _started = true;
        Fill(update, _contents ?? []);
        _contents = null;
        _progress = false;
        return update;
    }

    private void Fill(ChatResponseUpdate update, List<AIContent> contents)
    {
        Form?.Add(contents);
        update.Role = ChatRole.Assistant;
        update.Contents = contents;
        update.RawRepresentation = _raw;
        Identify(update);
    }

    private void WriteCapture() => _capture?.Write(call.Capture, Tools, _refusal);
}
