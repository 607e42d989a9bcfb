using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>A running span: a cheap handle over pooled state. Using it after <see cref="Dispose"/> does nothing and is counted.</summary>
/// <remarks>Members may be used from several threads. An ambient flow that outlives the span keeps its labels, and its later spans still go below it.</remarks>
[SuppressMessage("Design", "CA1044:Properties should not be write only", Justification = "What was set is encoded at once and not kept as an object.")]
public readonly struct SpanScope : IDisposable
{
    internal SpanScope(ScopeHandle handle) => Handle = handle;

    internal ScopeHandle Handle { get; }

    /// <summary>The trace's id; empty when nothing is recorded.</summary>
    public TraceId TraceId => Handle.TraceId;

    /// <summary>The id of this span in its trace; empty when nothing is recorded.</summary>
    public SpanId ObservationId => Handle.SpanId;

    /// <summary>
    /// What went in: text, numbers, JSON nodes, chat messages, or any type that <see cref="TracingOptions.JsonTypeInfoResolver"/> or
    /// reflection knows. It becomes JSON at once. Not recorded when <see cref="TracingOptions.CaptureContent"/> is off.
    /// </summary>
    public object? Input
    {
        set => Handle.SetInput(value);
    }

    /// <summary>What came out; as <see cref="Input"/>.</summary>
    public object? Output
    {
        set => Handle.SetOutput(value);
    }

    /// <summary>How serious it is.</summary>
    public ObservationLevel Level
    {
        set => Handle.SetLevel(value);
    }

    /// <summary>What happened, in words; at most 2,000 characters are kept.</summary>
    public string? StatusMessage
    {
        set => Handle.SetStatusMessage(value);
    }

    /// <summary>The model, when the span is a model call of your own.</summary>
    public string? Model
    {
        set => Handle.SetModel(value);
    }

    /// <summary>The tokens used, when the span is a model call of your own.</summary>
    public UsageDetails? Usage
    {
        set => Handle.SetUsage(value);
    }

    /// <summary>The model's parameters, when the span is a model call of your own. Do not change them afterwards.</summary>
    public ChatOptions? Parameters
    {
        set => Handle.SetOptions(value);
    }

    /// <summary>What the call cost in US dollars, when the span is a model call of your own. Leave it out when it is not known: Langfuse then works it out from model and usage.</summary>
    public decimal? Cost
    {
        set => Handle.SetCost(value);
    }

    /// <summary>When the first content of a stream arrived, when the span is a model call of your own.</summary>
    public DateTimeOffset? FirstTokenTime
    {
        set => Handle.SetFirstToken(value);
    }

    /// <summary>The managed prompt a model call of your own was made from; only generations are linked.</summary>
    public PromptReference? Prompt
    {
        set => Handle.SetPrompt(value);
    }

    /// <summary>For a retrieval: the index or collection searched.</summary>
    public string? Index
    {
        set => Handle.SetMetadata(RetrievalKeys.Index, value);
    }

    /// <summary>For a retrieval: how many documents were asked for.</summary>
    public int TopK
    {
        set => Handle.SetMetadata(RetrievalKeys.TopK, value);
    }

    /// <summary>For a retrieval: how many documents came back.</summary>
    public int DocumentCount
    {
        set => Handle.SetMetadata(RetrievalKeys.DocumentCount, value);
    }

    /// <summary>Adds a label to this span; the same key replaces.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <param name="value">The value; whatever is not text becomes JSON text.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty.</exception>
    public void SetMetadata(string key, object? value) => Handle.SetMetadata(key, value);

    /// <summary>Marks it as failed. A cancellation is noted and is no failure.</summary>
    /// <param name="exception">The failure; its message becomes the status message.</param>
    public void Fail(Exception exception) => Handle.Fail(exception);

    /// <summary>Starts a span below this one and makes it ambient until it is disposed.</summary>
    /// <param name="name">The span's name; not empty.</param>
    /// <param name="type">What it is.</param>
    /// <param name="options">A given start, or another parent; null for neither.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public SpanScope StartSpan(string name, ObservationType type = ObservationType.Span, SpanOptions? options = null) => new(Handle.StartSpan(name, type, options));

    /// <summary>Records a moment below this span: an observation without duration.</summary>
    /// <param name="name">Its name; not empty.</param>
    /// <param name="input">What went in, or null.</param>
    /// <param name="output">What came out, or null.</param>
    /// <param name="level">How serious it is.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public void AddEvent(string name, object? input = null, object? output = null, ObservationLevel level = ObservationLevel.Default) => Handle.AddEvent(name, input, output, level);

    /// <summary>This place, for spans that are started elsewhere below it (<see cref="SpanOptions.Parent"/>); its trace is empty when nothing is recorded.</summary>
    public TraceParent ToTraceParent() => new(TraceId, ObservationId) { IsReported = true };

    /// <summary>Scores this span with a number.</summary>
    /// <param name="name">The score's name; not empty. Scoring again under the same name replaces.</param>
    /// <param name="value">A finite number.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <exception cref="ArgumentException">The name is empty or the value is not finite.</exception>
    public void Score(string name, double value, string? comment = null) => Handle.Score(name, ScoreDataType.Numeric, value, null, comment, ofTrace: false);

    /// <summary>Scores this span with true or false.</summary>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">The value.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Score(string name, bool value, string? comment = null) => Handle.Score(name, ScoreDataType.Boolean, value ? 1 : 0, null, comment, ofTrace: false);

    /// <summary>Scores this span with a category.</summary>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">The category; not empty.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <exception cref="ArgumentException">The name or the category is empty.</exception>
    public void Score(string name, string value, string? comment = null) => Handle.Score(name, ScoreDataType.Categorical, 0, value, comment, ofTrace: false);

    /// <summary>Ends it at a given time, for work that is recorded afterwards; an end before the start counts as the start.</summary>
    /// <param name="endTime">When it ended.</param>
    public void End(DateTimeOffset endTime) => Handle.End(endTime);

    /// <summary>Ends it and restores what was ambient before.</summary>
    public void Dispose() => Handle.Dispose();
}
