using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Turns parts into contents, in their order, and keeps a copy of the first candidate's for the trace.</summary>
/// <param name="call">The attempt.</param>
/// <param name="document">Names the answer, so that ids which the server left out are unique in a history.</param>
internal sealed class GeminiParts(ProviderCall call, GeminiDocument document) : IDisposable
{
    /// <summary>For bytes whose kind is not said, or in a word that is none.</summary>
    private const string UnknownMediaType = "application/octet-stream";

    /// <summary>Ids that the server did not send begin with this; they mean nothing to it and are not sent back.</summary>
    public const string OwnIdPrefix = "gemini-";

    public static readonly VendorBlock Blocks = new("gemini.part", GeminiThinking.Origin);

    private readonly StreamCapture? _capture = call.Capture.IsEnabled ? new StreamCapture(plainText: false) : null;
    private ToolCallAssembler? _captured;
    private GeminiPartialCall? _partial;
    private SurrogateCarry _textCarry;
    private SurrogateCarry _thoughtCarry;
    private int _ownIds;
    private bool _thinking;

    /// <summary>Whether the answer asks for tools of the caller.</summary>
    public bool HasToolCalls { get; private set; }

    /// <summary>Whether a call's arguments are still coming.</summary>
    public bool IsContinuing => _partial is not null;

    /// <summary>Adds what a part says.</summary>
    /// <param name="contents">Where to; stays null while there is nothing.</param>
    /// <param name="part">The part.</param>
    public void AddTo(ref List<AIContent>? contents, in GeminiPart part)
    {
        call.Report.HasBegunMoreThanText |= part.HasCall || part.Candidate != 0;
        if (part.Signature is { } signature)
        {
            // The state belongs to the part behind it; a history keeps the two together by their order.
            (contents ??= new List<AIContent>(2)).Add(GeminiThinking.ToContent(signature));
            _thinking = false;
        }

        if (part.HasCall)
        {
            AddCall(ref contents, part);
        }
        else if (part.Text is { Length: > 0 } text)
        {
            AddText(ref contents, part.IsThought, Whole(part, text), part.Candidate == 0);
        }
        else if (part.Data is { } data)
        {
            (contents ??= new List<AIContent>(1)).Add(new DataContent(data, MediaTypeHeaderValue.TryParse(part.MediaType, out _) ? part.MediaType! : UnknownMediaType));
        }
        else if (part.Whole.ValueKind != JsonValueKind.Undefined)
        {
            (contents ??= new List<AIContent>(1)).Add(Blocks.ToContent(part.Whole));
        }
    }

    /// <summary>Adds what was still incomplete when the answer ended.</summary>
    public void Complete(ref List<AIContent>? contents)
    {
        AddText(ref contents, isThought: true, _thoughtCarry.Flush(), main: true);
        AddText(ref contents, isThought: false, _textCarry.Flush(), main: true);
        CompleteCall(ref contents);
    }

    /// <summary>Hands the answer so far to the trace, once.</summary>
    public void WriteCapture() => _capture?.Write(call.Capture, _captured, refusal: null);

    public void Dispose()
    {
        WriteCapture();
        _capture?.Dispose();
    }

    private void AddText(ref List<AIContent>? contents, bool isThought, string? text, bool main)
    {
        if (text is null)
        {
            return;
        }

        (contents ??= new List<AIContent>(1)).Add(!isThought ? new TextContent(text) : _thinking ? new TextReasoningContent(text) : GeminiThinking.ToFirst(text));
        _thinking = isThought;
        if (!main)
        {
            return;
        }

        if (isThought)
        {
            _capture?.AddReasoning(text);
        }
        else
        {
            _capture?.AddText(text);
        }
    }

    private string? Whole(in GeminiPart part, string text) =>
        part.Candidate != 0 ? SurrogateCarry.Repair(text) : part.IsThought ? _thoughtCarry.Take(text) : _textCarry.Take(text);

    private void AddCall(ref List<AIContent>? contents, in GeminiPart part)
    {
        HasToolCalls = true;
        if (_partial is null && !part.WillContinue && part.PartialArguments.ValueKind == JsonValueKind.Undefined)
        {
            AddCall(ref contents, part.CallId ?? NextId(), part.CallName ?? "", part.CallArguments ?? "", part.Candidate == 0);
            return;
        }

        _partial ??= new GeminiPartialCall(part.CallId ?? NextId(), part.CallName ?? "", part.Candidate == 0);
        _partial.Add(part.PartialArguments);
        if (!part.WillContinue)
        {
            CompleteCall(ref contents);
        }
    }

    private void CompleteCall(ref List<AIContent>? contents)
    {
        if (_partial is { } partial)
        {
            _partial = null;
            AddCall(ref contents, partial.Id, partial.Name, partial.ToJson(), partial.IsMain);
        }
    }

    private void AddCall(ref List<AIContent>? contents, string id, string name, string arguments, bool main)
    {
        (contents ??= new List<AIContent>(1)).Add(ToolArguments.ToContent(id, name, arguments));
        if (main && _capture is not null)
        {
            (_captured ??= new ToolCallAssembler()).TryAdd(new ToolCallFragment(0, null, id, name, arguments));
        }
    }

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"{OwnIdPrefix}{document.Id ?? "call"}-{_ownIds++}");
}
