using System.Text;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Puts streamed blocks together: text and thinking leave at once, the rest when its block ends.</summary>
internal sealed class AnthropicBlockAssembler(ProviderCall call) : IDisposable
{
    private const int MaxInputChars = 4 * 1024 * 1024;

    private readonly StreamCapture? _capture = call.Capture.IsEnabled ? new StreamCapture(plainText: false) : null;
    private readonly List<OpenBlock> _open = [];
    private ToolCallAssembler? _tools;
    private SurrogateCarry _textCarry;
    private SurrogateCarry _thinkingCarry;
    private List<AIContent>? _contents;
    private bool _progress;
    private bool _thinking;

    /// <summary>The tool whose arguments are the structured answer; null when there is none.</summary>
    public string? SchemaTool { get; set; }

    /// <summary>Whether the answer asks for tools of the caller.</summary>
    public bool HasToolCalls => _tools is not null;

    /// <summary>Takes what came since the last time; false when nothing did. Null contents mean progress without contents.</summary>
    public bool Take(out List<AIContent>? contents)
    {
        contents = _contents;
        bool any = _progress || contents is not null;
        _contents = null;
        _progress = false;
        return any;
    }

    /// <summary>Takes over the blocks of an answer that came whole.</summary>
    public void AddWhole(List<AnthropicBlock> blocks)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            Begin(i, blocks[i]);
            End(i);
        }
    }

    public void Begin(long index, AnthropicBlock? start)
    {
        if (start is null)
        {
            return;
        }

        _open.Add(new OpenBlock(index, start));
        call.Report.HasBegunMoreThanText |= start.Kind is AnthropicBlockKind.ToolUse or AnthropicBlockKind.Raw;
        switch (start.Kind)
        {
            case AnthropicBlockKind.Text:
                AddText(start.Text);
                break;
            case AnthropicBlockKind.Thinking:
                AddThinking(start.Text);
                break;
            case AnthropicBlockKind.ToolUse when !AnthropicContents.IsSchemaTool(start, SchemaTool):
                (_tools ??= new ToolCallAssembler()).TryAdd(new ToolCallFragment(0, index, start.Id, start.Name, null));
                _progress = true;
                break;
            default:
                break;
        }
    }

    /// <summary>Adds what an event says of a block; false when a limit is exceeded.</summary>
    public bool TryAdd(long index, in AnthropicDelta delta)
    {
        AddText(delta.Text);
        AddThinking(delta.Thinking);
        if (delta.Signature is not null)
        {
            OpenBlock block = Find(index) ?? Implied(index);
            block.Opaque = delta.Signature;
        }

        if (delta.Citation is not null && Find(index) is { } cited)
        {
            (cited.Citations ??= []).Add(delta.Citation);
        }

        return delta.Input is not { Length: > 0 } input || TryAddInput(index, input);
    }

    public void AddText(string? text)
    {
        if (_textCarry.Take(text) is { } whole)
        {
            _capture?.AddText(whole);
            Add(new TextContent(whole));
        }
    }

    public void End(long index)
    {
        if (Find(index) is { } block)
        {
            _open.Remove(block);
            Close(block);
        }
    }

    /// <summary>Closes what a cut answer left open.</summary>
    public void EndAll()
    {
        for (int i = 0; i < _open.Count; i++)
        {
            Close(_open[i]);
        }

        _open.Clear();
        Flush();
    }

    /// <summary>Hands the answer so far to the trace, once.</summary>
    public void WriteCapture() => _capture?.Write(call.Capture, _tools, refusal: null);

    public void Dispose()
    {
        WriteCapture();
        _capture?.Dispose();
    }

    private bool TryAddInput(long index, string input)
    {
        if (Find(index) is not { Start: { } start } block)
        {
            return true;
        }

        if (start.Kind == AnthropicBlockKind.ToolUse)
        {
            if (AnthropicContents.IsSchemaTool(start, SchemaTool))
            {
                AddText(input);
                return true;
            }

            _progress = true;
            return _tools!.TryAdd(new ToolCallFragment(0, index, null, null, input));
        }

        StringBuilder whole = block.Input ??= new StringBuilder();
        _progress = true;
        return whole.Append(input).Length <= MaxInputChars;
    }

    private void AddThinking(string? text)
    {
        if (_thinkingCarry.Take(text) is { } whole)
        {
            _capture?.AddReasoning(whole);
            Add(_thinking ? new TextReasoningContent(whole) : AnthropicThinking.ToContent(whole));
            _thinking = true;
        }
    }

    private void Close(OpenBlock block)
    {
        Flush();
        _thinking = false;
        switch (block.Start?.Kind ?? AnthropicBlockKind.Thinking)
        {
            case AnthropicBlockKind.Text when block.Citations is { } citations:
                Add(new TextContent("") { Annotations = citations });
                break;
            case AnthropicBlockKind.Thinking when block.Opaque is { } signature:
                Add(AnthropicThinking.ToContent("", signature));
                break;
            case AnthropicBlockKind.RedactedThinking:
                Add(AnthropicThinking.ToRedacted(block.Opaque ?? ""));
                break;
            case AnthropicBlockKind.ToolUse:
                CloseTool(block);
                break;
            case AnthropicBlockKind.Raw:
                Add(AnthropicServerBlock.ToContent(block.Start!.Whole, block.Input?.ToString()));
                break;
            default:
                break;
        }
    }

    private void CloseTool(OpenBlock block)
    {
        AnthropicBlock start = block.Start!;
        if (AnthropicContents.IsSchemaTool(start, SchemaTool))
        {
            AddText(start.Input);
            return;
        }

        int place = _tools!.PlaceOf(block.Index);
        if (start.Input is { } input && _tools.ArgumentsAt(place) == "{}")
        {
            // A server that sends the input whole sends it with the block's begin.
            _tools.TryAdd(new ToolCallFragment(0, block.Index, null, null, input));
        }

        Add(_tools.ContentAt(place));
    }

    private void Flush()
    {
        if (_thinkingCarry.Flush() is { } thought)
        {
            _capture?.AddReasoning(thought);
            Add(AnthropicThinking.ToContent(thought));
        }

        if (_textCarry.Flush() is { } text)
        {
            _capture?.AddText(text);
            Add(new TextContent(text));
        }
    }

    private void Add(AIContent content) => (_contents ??= new List<AIContent>(1)).Add(content);

    private OpenBlock? Find(long index)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].Index == index)
            {
                return _open[i];
            }
        }

        return null;
    }

    private OpenBlock Implied(long index)
    {
        var block = new OpenBlock(index, start: null);
        _open.Add(block);
        return block;
    }
}
