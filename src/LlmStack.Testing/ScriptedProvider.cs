using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>
/// A provider that does what a script says, call by call: it answers, streams, is rate limited, loses the connection, stalls.
/// </summary>
/// <remarks>
/// <para>
/// Calls are numbered from 1 in the order they begin, over all operations. What the script does not name is answered by
/// <see cref="OnOtherCalls"/>, which says <c>ok</c> unless it is told otherwise. Every call is recorded in <see cref="Calls"/>.
/// </para>
/// <para>Thread-safe and deterministic. Waiting uses the given clock only, so a fake clock makes every test exact and fast.</para>
/// <example>
/// <code>
/// var provider = new ScriptedProvider();
/// provider.OnCall(1).RateLimited(TimeSpan.FromSeconds(2));
/// provider.OnCall(2).Stream("Hel", "lo").Usage(input: 10, output: 2);
/// services.AddLlmStack(llm => llm.AddScriptedProvider("fake", provider));
///
/// var answer = await client.ChatAsync("fake/any-model", "Hi");
/// // provider.Calls[1].Messages, .Options, .Model: what the provider was asked
/// </code>
/// </example>
/// </remarks>
public sealed class ScriptedProvider : ILlmProvider, IEmbeddingProvider, ITextCompletionProvider, IRerankProvider, IModerationProvider, IImageProvider, ITextToSpeechProvider, ISpeechToTextProvider
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, ScriptedCall> _script = [];
    private readonly List<RecordedCall> _calls = [];
    private readonly Dictionary<int, TaskCompletionSource<RecordedCall>> _waiters = [];
    private readonly TimeProvider _time;

    /// <summary>Makes a provider that answers <c>ok</c> to every call.</summary>
    /// <param name="time">The clock of delays; null for the system's.</param>
    public ScriptedProvider(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        OnOtherCalls = new ScriptedCall();
    }

    /// <summary>What happens on calls that <see cref="OnCall"/> does not name.</summary>
    public ScriptedCall OnOtherCalls { get; }

    /// <summary>Every call so far, in the order they began; a copy.</summary>
    public IReadOnlyList<RecordedCall> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>The largest number of inputs in one embedding request; 1 or more. Default 2,048.</summary>
    public int MaxBatchSize { get; init; } = 2_048;

    /// <summary>Says what happens on one call.</summary>
    /// <param name="number">The call's number, from 1.</param>
    /// <returns>The step, to be told what to do; the same one each time.</returns>
    public ScriptedCall OnCall(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        lock (_gate)
        {
            if (!_script.TryGetValue(number, out ScriptedCall? call))
            {
                call = new ScriptedCall();
                _script.Add(number, call);
            }

            return call;
        }
    }

    /// <summary>Completes when a call begins, at once when it has begun already. With a fake clock: wait for the call, then advance.</summary>
    /// <param name="number">The call's number, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RecordedCall> WaitForCallAsync(int number, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        lock (_gate)
        {
            if (number <= _calls.Count)
            {
                return Task.FromResult(_calls[number - 1]);
            }

            if (!_waiters.TryGetValue(number, out TaskCompletionSource<RecordedCall>? waiter))
            {
                waiter = new TaskCompletionSource<RecordedCall>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiters.Add(number, waiter);
            }

            return waiter.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(messages);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.Chat, streaming: false) { Messages = [.. messages], Options = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Chat, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(messages);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.Chat, streaming: true) { Messages = [.. messages], Options = options?.Clone() });
        var playback = new ScriptedPlayback(record, plan, _time, cancellationToken);
        try
        {
            while (await playback.NextAsync().ConfigureAwait(false) is { } piece)
            {
                yield return ScriptedAnswers.Update(record, piece);
            }

            yield return ScriptedAnswers.LastUpdate(record, plan);
            playback.Complete();
        }
        finally
        {
            playback.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(inputs);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.Embeddings, streaming: false) { Inputs = [.. inputs], EmbeddingOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Embeddings, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TextCompletion> CompleteAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(prompt);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.TextCompletion, streaming: false) { Inputs = [prompt], TextOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Completion, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(ProviderCall call, string prompt, TextCompletionOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(prompt);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.TextCompletion, streaming: true) { Inputs = [prompt], TextOptions = options?.Clone() });
        var playback = new ScriptedPlayback(record, plan, _time, cancellationToken);
        try
        {
            while (await playback.NextAsync().ConfigureAwait(false) is { } piece)
            {
                yield return ScriptedAnswers.CompletionUpdate(record, piece);
            }

            yield return ScriptedAnswers.LastCompletionUpdate(record, plan);
            playback.Complete();
        }
        finally
        {
            playback.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<RerankResponse> RerankAsync(ProviderCall call, string query, IReadOnlyList<string> documents, RerankOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.Rerank, streaming: false) { Query = query, Inputs = [.. documents], RerankOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Rerank, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ModerationResponse> ModerateAsync(ProviderCall call, IReadOnlyList<string> texts, ModerationOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(texts);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.Moderation, streaming: false) { Inputs = [.. texts], ModerationOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Moderation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ModerationResponse> ModerateAsync(ProviderCall call, IReadOnlyList<AIContent> contents, ModerationOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(contents);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.Moderation, streaming: false) { Contents = [.. contents], ModerationOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Moderation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    [Experimental("MEAI001")]
    public async ValueTask<ImageGenerationResponse> GenerateImagesAsync(ProviderCall call, ImageGenerationRequest request, ImageGenerationOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(request);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.ImageGeneration, streaming: false) { Inputs = [request.Prompt ?? ""], Contents = [.. request.OriginalImages ?? []], ImageOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Images, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    [Experimental("MEAI001")]
    public async ValueTask<TextToSpeechResponse> SpeakAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(text);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.TextToSpeech, streaming: false) { Inputs = [text], TextToSpeechOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Speech, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    [Experimental("MEAI001")]
    public async IAsyncEnumerable<TextToSpeechResponseUpdate> SpeakStreamingAsync(ProviderCall call, string text, TextToSpeechOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(text);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.TextToSpeech, streaming: true) { Inputs = [text], TextToSpeechOptions = options?.Clone() });
        using var playback = new ScriptedPlayback(record, plan, _time, cancellationToken);
        for (int i = 0; await playback.NextAsync().ConfigureAwait(false) is not null; i++)
        {
            yield return ScriptedAnswers.SpeechUpdate(record, plan, i);
        }

        yield return ScriptedAnswers.LastSpeechUpdate(record, plan);
        playback.Complete();
    }

    /// <inheritdoc/>
    [Experimental("MEAI001")]
    public async ValueTask<SpeechToTextResponse> TranscribeAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(audio);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.SpeechToText, streaming: false) { Contents = [audio], SpeechToTextOptions = options?.Clone() });
        return await RunAsync(record, plan, ScriptedAnswers.Transcript, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    [Experimental("MEAI001")]
    public async IAsyncEnumerable<SpeechToTextResponseUpdate> TranscribeStreamingAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(audio);
        (RecordedCall record, ScriptedPlan plan) = Begin(call, new RecordedCall(LlmOperation.SpeechToText, streaming: true) { Contents = [audio], SpeechToTextOptions = options?.Clone() });
        using var playback = new ScriptedPlayback(record, plan, _time, cancellationToken);
        while (await playback.NextAsync().ConfigureAwait(false) is { } piece)
        {
            yield return ScriptedAnswers.TranscriptUpdate(record, piece);
        }

        yield return ScriptedAnswers.LastTranscriptUpdate(record, plan);
        playback.Complete();
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>The calls so far, one a line, for messages of failed tests.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (RecordedCall call in Calls)
        {
            text.AppendLine(call.ToString());
        }

        return text.ToString();
    }

    private (RecordedCall Record, ScriptedPlan Plan) Begin(ProviderCall call, RecordedCall record)
    {
        TaskCompletionSource<RecordedCall>? waiter;
        ScriptedPlan plan;
        lock (_gate)
        {
            int number = _calls.Count + 1;
            plan = _script.TryGetValue(number, out ScriptedCall? scripted) ? scripted.Plan : OnOtherCalls.Plan;
            record.Start(number, call.Model, _time.GetUtcNow());
            _calls.Add(record);
            _waiters.Remove(number, out waiter);
        }

        call.Report.RequestId = record.RequestId;
        call.Report.RequestSent = true;
        call.Report.StatusCode = plan.StatusCode;
        waiter?.SetResult(record);
        return (record, plan);
    }

    private async ValueTask<T> RunAsync<T>(RecordedCall record, ScriptedPlan plan, Func<RecordedCall, ScriptedPlan, T> answer, CancellationToken cancellationToken)
    {
        var playback = new ScriptedPlayback(record, plan, _time, cancellationToken);
        try
        {
            while (await playback.NextAsync().ConfigureAwait(false) is not null)
            {
            }

            T result = answer(record, plan);
            playback.Complete();
            return result;
        }
        finally
        {
            playback.Dispose();
        }
    }
}
