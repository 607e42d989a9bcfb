using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>One call that reached a <see cref="ScriptedProvider"/>.</summary>
public sealed class RecordedCall
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pieces;
    private volatile RecordedCallState _state;

    internal RecordedCall(LlmOperation operation, bool streaming)
    {
        Operation = operation;
        IsStreaming = streaming;
        Context = LlmContext.Current;
    }

    /// <summary>The call's number, from 1, over all operations.</summary>
    public int Number { get; private set; }

    /// <summary>What was asked for.</summary>
    public LlmOperation Operation { get; }

    /// <summary>Whether the answer was to be streamed.</summary>
    public bool IsStreaming { get; }

    /// <summary>The model, as the provider is asked for it.</summary>
    public string Model { get; private set; } = "";

    /// <summary>The id the provider gave the request, for instance <c>scripted-1</c>.</summary>
    public string RequestId { get; private set; } = "";

    /// <summary>The conversation of a chat call; else empty.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; internal init; } = [];

    /// <summary>The options of a chat call, a copy; null when there were none.</summary>
    public ChatOptions? Options { get; internal init; }

    /// <summary>The texts of an embedding or moderation call, the documents of a rerank call, the prompt of a completion or an image, or the text that was to be spoken; else empty.</summary>
    public IReadOnlyList<string> Inputs { get; internal init; } = [];

    /// <summary>The query of a rerank call; else null.</summary>
    public string? Query { get; internal init; }

    /// <summary>The options of an embedding call, a copy; null when there were none.</summary>
    public EmbeddingGenerationOptions? EmbeddingOptions { get; internal init; }

    /// <summary>The options of a text completion, a copy; null when there were none.</summary>
    public TextCompletionOptions? TextOptions { get; internal init; }

    /// <summary>The options of a rerank call, a copy; null when there were none.</summary>
    public RerankOptions? RerankOptions { get; internal init; }

    /// <summary>The contents of a moderation call that was not of texts alone, the images that were to be edited, or the sound that was to be written down; else empty.</summary>
    public IReadOnlyList<AIContent> Contents { get; internal init; } = [];

    /// <summary>The options of a moderation call, a copy; null when there were none.</summary>
    public ModerationOptions? ModerationOptions { get; internal init; }

    /// <summary>The options of an image call, a copy; null when there were none.</summary>
    [Experimental("MEAI001")]
    public ImageGenerationOptions? ImageOptions { get; internal init; }

    /// <summary>The options of a speech call, a copy; null when there were none.</summary>
    [Experimental("MEAI001")]
    public TextToSpeechOptions? TextToSpeechOptions { get; internal init; }

    /// <summary>The options of a transcription, a copy; null when there were none.</summary>
    [Experimental("MEAI001")]
    public SpeechToTextOptions? SpeechToTextOptions { get; internal init; }

    /// <summary>The ambient context under which the call was made.</summary>
    public LlmContext Context { get; }

    /// <summary>When it began, on the provider's clock.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>When it ended, on the provider's clock; null while it is under way.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>How far it is.</summary>
    public RecordedCallState State => _state;

    /// <summary>Whether its token was cancelled before it was complete.</summary>
    public bool WasCancelled => _state == RecordedCallState.Cancelled;

    /// <summary>What it failed with; null when it did not.</summary>
    public Exception? Exception { get; private set; }

    /// <summary>How many pieces were played.</summary>
    public int PiecesDelivered => Volatile.Read(ref _pieces);

    /// <summary>Completes, without failing, when the call has ended in whatever way.</summary>
    public Task Ended => _ended.Task;

    /// <summary>For instance <c>2 Chat stream model-x: Cancelled after 1 pieces</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Number} {Operation}{(IsStreaming ? " stream" : "")} {Model}: {State} after {PiecesDelivered} pieces{(Exception is { } e ? $", {e.Message}" : "")}");

    internal static string RequestIdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"scripted-{number}");

    internal void Start(int number, string model, DateTimeOffset now)
    {
        Number = number;
        Model = model;
        RequestId = RequestIdOf(number);
        StartedAt = now;
    }

    internal void CountPiece() => Interlocked.Increment(ref _pieces);

    internal void End(RecordedCallState state, Exception? exception, DateTimeOffset now)
    {
        Exception = exception;
        EndedAt = now;
        _state = state;
        _ended.TrySetResult();
    }
}
