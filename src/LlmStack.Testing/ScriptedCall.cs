using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>What a <see cref="ScriptedProvider"/> does on a call. Each method changes the step and returns it.</summary>
/// <remarks>
/// A step may be changed until its call begins; later changes concern later calls. Untouched it answers <c>ok</c>.
/// <example>
/// <code>
/// provider.OnCall(1).Throw(LlmErrorKind.Overloaded);
/// provider.OnCall(2).Delay(TimeSpan.FromSeconds(1)).Stream("a", "b", "c").CutAfter(2);
/// provider.OnCall(3).CallTool("search", new Dictionary&lt;string, object?&gt; { ["query"] = "tea" });
/// provider.OnOtherCalls.Answer("done").Usage(input: 12, output: 3);
/// </code>
/// </example>
/// </remarks>
public sealed class ScriptedCall
{
    private readonly Lock _gate = new();
    private ScriptedPlan _plan = ScriptedPlan.Default;

    internal ScriptedCall()
    {
    }

    internal ScriptedPlan Plan
    {
        get
        {
            lock (_gate)
            {
                return _plan;
            }
        }
    }

    /// <summary>Answers with a text; a stream delivers it in one piece.</summary>
    /// <param name="text">The text.</param>
    public ScriptedCall Answer(string text) => Stream(text);

    /// <summary>Answers with a text in pieces; a call that does not stream gets them joined.</summary>
    /// <param name="pieces">The pieces.</param>
    public ScriptedCall Stream(params string[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        string[] copy = [.. pieces];
        return Change(plan => plan with { Pieces = copy });
    }

    /// <summary>Fails with a kind, before anything is delivered.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="message">The message; null for a usual one.</param>
    /// <param name="retryAfter">How long the provider asks to wait, or null.</param>
    /// <param name="statusCode">The HTTP status; null for the one usual for the kind.</param>
    public ScriptedCall Throw(LlmErrorKind kind, string? message = null, TimeSpan? retryAfter = null, int? statusCode = null)
    {
        int? status = statusCode ?? ScriptedPlan.StatusOf(kind);
        return Change(plan => plan with { Failure = number => Failure(kind, message, retryAfter, status, number), StatusCode = status });
    }

    /// <summary>Fails with an exception of any type, before anything is delivered.</summary>
    /// <param name="exception">The exception; thrown as it is.</param>
    public ScriptedCall Throw(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        int? status = (exception as LlmException)?.StatusCode;
        return Change(plan => plan with { Failure = _ => exception, StatusCode = status });
    }

    /// <summary>Refuses with 429, <see cref="LlmErrorKind.RateLimited"/>.</summary>
    /// <param name="retryAfter">How long the provider asks to wait; null when it does not say.</param>
    public ScriptedCall RateLimited(TimeSpan? retryAfter = null) => Throw(LlmErrorKind.RateLimited, retryAfter: retryAfter);

    /// <summary>Answers with something that is no valid answer: <see cref="LlmErrorKind.InvalidResponse"/>.</summary>
    public ScriptedCall BadJson() => Throw(LlmErrorKind.InvalidResponse, "The answer is no valid JSON.", statusCode: 200);

    /// <summary>
    /// Loses the connection after <paramref name="pieces"/> pieces, and before the terminal event: <see cref="LlmErrorKind.Network"/>
    /// at the provider, which the client turns into <see cref="LlmErrorKind.StreamInterrupted"/> once content was delivered.
    /// A call that does not stream fails as a whole.
    /// </summary>
    /// <param name="pieces">How many pieces arrive first; 0 or more.</param>
    public ScriptedCall CutAfter(int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieces);
        return Change(plan => plan with { CutAfter = pieces, StallAfter = null });
    }

    /// <summary>Delivers <paramref name="pieces"/> pieces and then nothing more until the call is cancelled. A call that does not stream never answers.</summary>
    /// <param name="pieces">How many pieces arrive first; 0 or more.</param>
    public ScriptedCall StallAfter(int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieces);
        return Change(plan => plan with { StallAfter = pieces, CutAfter = null });
    }

    /// <summary>Waits before anything happens, failures included.</summary>
    /// <param name="delay">How long, on the provider's clock; 0 or more.</param>
    public ScriptedCall Delay(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return Change(plan => plan with { Delay = delay });
    }

    /// <summary>Waits between the pieces of a stream.</summary>
    /// <param name="delay">How long, on the provider's clock; 0 or more.</param>
    public ScriptedCall DelayBetweenPieces(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return Change(plan => plan with { PieceDelay = delay });
    }

    /// <summary>Adds a tool call to the answer; the text is then empty unless it is given, and the finish reason <see cref="ChatFinishReason.ToolCalls"/>.</summary>
    /// <param name="name">The tool.</param>
    /// <param name="arguments">The arguments, or null.</param>
    /// <param name="callId">The call's id; null for <c>call_1</c>, <c>call_2</c> …</param>
    public ScriptedCall CallTool(string name, IDictionary<string, object?>? arguments = null, string? callId = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Change(plan => plan with
        {
            Pieces = ReferenceEquals(plan.Pieces, ScriptedPlan.Default.Pieces) ? [] : plan.Pieces,
            FinishReason = ChatFinishReason.ToolCalls,
            ToolCalls = [.. plan.ToolCalls, new FunctionCallContent(callId ?? $"call_{plan.ToolCalls.Count + 1}", name, arguments)],
        });
    }

    /// <summary>Reports usage.</summary>
    /// <param name="input">Input tokens, cached ones included.</param>
    /// <param name="output">Output tokens, reasoning included.</param>
    /// <param name="cachedInput">Input tokens read from the provider's cache.</param>
    /// <param name="reasoning">Output tokens spent on reasoning.</param>
    public ScriptedCall Usage(long input, long output, long? cachedInput = null, long? reasoning = null) => Change(plan => plan with
    {
        Usage = new UsageDetails
        {
            InputTokenCount = input,
            OutputTokenCount = output,
            TotalTokenCount = input + output,
            CachedInputTokenCount = cachedInput,
            ReasoningTokenCount = reasoning,
        },
    });

    /// <summary>Reports no usage, as some servers do.</summary>
    public ScriptedCall NoUsage() => Change(plan => plan with { Usage = null });

    /// <summary>Ends the answer with a reason other than <see cref="ChatFinishReason.Stop"/>.</summary>
    /// <param name="reason">The reason.</param>
    public ScriptedCall Finish(ChatFinishReason reason) => Change(plan => plan with { FinishReason = reason });

    /// <summary>Answers an embedding call with these vectors, one for each input; without them the vectors follow from the texts.</summary>
    /// <param name="vectors">The vectors, used in order and repeated when there are more inputs.</param>
    public ScriptedCall Embed(params float[][] vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfZero(vectors.Length);
        float[][] copy = [.. vectors];
        return Change(plan => plan with { Vectors = copy });
    }

    /// <summary>Answers a rerank call with these scores, in the order of the documents; without them the share of the query's words counts.</summary>
    /// <param name="scores">The scores; missing ones are 0.</param>
    public ScriptedCall Rerank(params double[] scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        double[] copy = [.. scores];
        return Change(plan => plan with { Scores = copy });
    }

    /// <summary>Answers a moderation call: every input falls into these categories, with a score of 1; without categories, or without this method, none is flagged.</summary>
    /// <param name="categories">For instance <c>violence</c>.</param>
    public ScriptedCall Flag(params string[] categories)
    {
        ArgumentNullException.ThrowIfNull(categories);
        string[] copy = [.. categories];
        return Change(plan => plan with { Flags = copy });
    }

    /// <summary>Answers an image call with these images.</summary>
    /// <param name="images">The images; without this method one small PNG.</param>
    public ScriptedCall Draw(params DataContent[] images) => WithMedia(images);

    /// <summary>Answers a speech call with this sound, and a streamed one with each piece on its own.</summary>
    /// <param name="pieces">The sound; without this method the bytes of the answer's text stand for it, as <c>audio/mpeg</c>.</param>
    public ScriptedCall Speak(params DataContent[] pieces) => WithMedia(pieces);

    private ScriptedCall WithMedia(DataContent[] media)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentOutOfRangeException.ThrowIfZero(media.Length);
        DataContent[] copy = [.. media];
        return Change(plan => plan with { Media = copy, Pieces = [.. copy.Select(static _ => "")] });
    }

    private static LlmException Failure(LlmErrorKind kind, string? message, TimeSpan? retryAfter, int? statusCode, int number) =>
        new(kind, message ?? $"Call {number} fails as the script says.")
        {
            RetryAfter = retryAfter,
            StatusCode = statusCode,
            RequestId = RecordedCall.RequestIdOf(number),
        };

    private ScriptedCall Change(Func<ScriptedPlan, ScriptedPlan> change)
    {
        lock (_gate)
        {
            _plan = change(_plan);
        }

        return this;
    }
}
