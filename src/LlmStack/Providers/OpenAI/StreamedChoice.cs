using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>What one choice of a stream has said so far, and what of it still waits for its other half or for the end.</summary>
internal sealed class StreamedChoice(int index, OpenAIProfile profile, string model) : IDisposable
{
    private SurrogateCarry _text;
    private SurrogateCarry _reasoning;
    private ThinkTagSplitter _thinking;
    private AudioDecoder? _audio;
    private List<AIAnnotation>? _citations;
    private LogProbabilityBuffer? _logProbabilities;
    private JsonElement? _contentFilter;
    private readonly string? _origin = profile.ReasoningOriginOf(model);
    private ReasoningState? _state;

    public int Index { get; } = index;

    /// <summary>The provider's word for why this choice ended; the first one counts.</summary>
    public string? Finish { get; private set; }

    public StringBuilder? Refusal { get; private set; }

    /// <summary>Takes what comes with the bytes of the document, before they are gone.</summary>
    /// <returns>Whether there was room for it.</returns>
    /// <exception cref="JsonException">The log probabilities or the reasoning state are no JSON.</exception>
    public bool TryTakeFacts(ref ChatPiece piece, ReadOnlySpan<byte> document)
    {
        Finish ??= piece.Finish;
        _contentFilter = piece.ContentFilter ?? _contentFilter;
        if (!piece.LogProbabilities.Equals(default))
        {
            (_logProbabilities ??= new LogProbabilityBuffer()).Add(document[piece.LogProbabilities]);
        }

        if (piece.Citations is { } citations)
        {
            (_citations ??= []).AddRange(citations);
        }

        return _origin is null || piece.ReasoningState.Equals(default) || (_state ??= new ReasoningState()).TryAdd(document[piece.ReasoningState]);
    }

    /// <summary>What can be handed on of a piece: nothing is null, progress without content yet an empty list.</summary>
    /// <exception cref="FormatException">Audio is no base64.</exception>
    public List<AIContent>? Take(ref ChatPiece piece, StreamCapture? capture)
    {
        string? text = piece.Text;
        string? reasoning = piece.Reasoning;
        if (profile.SplitsThinkTags && !string.IsNullOrEmpty(text))
        {
            _thinking.Take(text, out string? thought, out text);
            reasoning = string.Concat(reasoning, thought);
        }

        text = _text.Take(text);
        reasoning = _reasoning.Take(reasoning);
        bool progress = piece.HasToolCalls;
        if (!string.IsNullOrEmpty(piece.Refusal))
        {
            (Refusal ??= new StringBuilder()).Append(piece.Refusal);
            progress = true;
        }

        DataContent? audio = null;
        if (piece.Audio is { } heard)
        {
            audio = (_audio ??= new AudioDecoder()).Take(heard);
            text = string.IsNullOrEmpty(heard.Transcript) ? text : text + heard.Transcript;
        }

        if (text is null && reasoning is null && audio is null)
        {
            return progress ? [] : null;
        }

        capture?.AddText(text);
        capture?.AddReasoning(reasoning);
        var contents = new List<AIContent>((text is null ? 0 : 1) + (reasoning is null ? 0 : 1) + (audio is null ? 0 : 1));
        if (reasoning is not null)
        {
            contents.Add(Thought(reasoning));
        }

        if (text is not null)
        {
            contents.Add(new TextContent(text));
        }

        if (audio is not null)
        {
            contents.Add(audio);
        }

        return contents;
    }

    /// <summary>What was held back until now: halves of characters and tags, the refusal, the sources.</summary>
    public void Close(List<AIContent> contents, List<AIAnnotation>? furtherCitations, StreamCapture? capture)
    {
        _thinking.Flush(out string? thought, out string? text);
        thought = _reasoning.Take(thought) + _reasoning.Flush();
        text = _text.Take(text) + _text.Flush();
        if (thought.Length > 0)
        {
            contents.Add(Thought(thought));
            capture?.AddReasoning(thought);
        }

        if (_state?.ToContent(_origin!) is { } state)
        {
            contents.Add(state);
        }

        List<AIAnnotation>? citations = _citations ?? furtherCitations;
        if (text.Length > 0 || citations is not null)
        {
            contents.Add(new TextContent(text) { Annotations = citations });
            capture?.AddText(text);
        }

        if (Refusal is not null)
        {
            contents.Add(new ErrorContent(SurrogateCarry.Repair(Refusal.ToString())) { ErrorCode = "Refusal" });
        }
    }

    /// <summary>Joining a stream keeps the properties of the first piece, so that every piece of a thought that may end with state is marked.</summary>
    private TextReasoningContent Thought(string text)
    {
        var thought = new TextReasoningContent(text);
        if (_origin is not null)
        {
            OpaqueState.Tag(thought, _origin);
        }

        return thought;
    }

    /// <summary>Facts beside the contents; null when there are none.</summary>
    public AdditionalPropertiesDictionary? Properties(AdditionalPropertiesDictionary? extras)
    {
        AdditionalPropertiesDictionary? all = extras?.Clone();
        if (_contentFilter is { } filter)
        {
            (all ??= [])["content_filter_results"] = filter;
        }

        if (_logProbabilities?.ToElement() is { } logProbabilities)
        {
            (all ??= [])[AnswerExtras.LogProbabilities] = logProbabilities;
        }

        return all;
    }

    public void Dispose() => _logProbabilities?.Dispose();
}
