using LlmStack.Providers;
using LlmStack.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Testing;

public sealed class ScriptedProviderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hello")];

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedProvider _provider;

    public ScriptedProviderTests() => _provider = new ScriptedProvider(_time);

    [Fact]
    public async Task Without_a_script_every_operation_is_answered()
    {
        ChatResponse chat = await _provider.ChatAsync(Call(), Hello, null, default);
        TextCompletion completion = await _provider.CompleteAsync(Call(), "Once", null, default);
        GeneratedEmbeddings<Embedding<float>> vectors = await _provider.EmbedAsync(Call(), ["a", "b", "a"], null, default);
        RerankResponse ranked = await _provider.RerankAsync(Call(), "green tea", ["coffee", "green tea", "tea"], null, default);

        Assert.Equal("ok", chat.Text);
        Assert.Equal(2, chat.Usage?.TotalTokenCount);
        Assert.Equal("ok", completion.Text);
        Assert.Equal(3, vectors.Count);
        Assert.Equal(vectors[0].Vector.ToArray(), vectors[2].Vector.ToArray());
        Assert.NotEqual(vectors[0].Vector.ToArray(), vectors[1].Vector.ToArray());
        Assert.Equal([1, 2, 0], ranked.Results.Select(r => r.Index));
        Assert.Equal([1, 2, 3, 4], _provider.Calls.Select(c => c.Number));
        Assert.All(_provider.Calls, call => Assert.Equal(RecordedCallState.Completed, call.State));
    }

    [Fact]
    public async Task Steps_are_taken_by_number_and_the_rest_gets_the_default()
    {
        _provider.OnCall(1).RateLimited(TimeSpan.FromSeconds(7));
        _provider.OnCall(3).Throw(LlmErrorKind.Overloaded);
        _provider.OnOtherCalls.Answer("else");

        LlmException first = await Assert.ThrowsAsync<LlmException>(async () => await _provider.ChatAsync(Call(), Hello, null, default));
        ChatResponse second = await _provider.ChatAsync(Call(), Hello, null, default);
        LlmException third = await Assert.ThrowsAsync<LlmException>(async () => await _provider.ChatAsync(Call(), Hello, null, default));

        Assert.Equal(LlmErrorKind.RateLimited, first.Kind);
        Assert.Equal(TimeSpan.FromSeconds(7), first.RetryAfter);
        Assert.Equal(429, first.StatusCode);
        Assert.Equal("scripted-1", first.RequestId);
        Assert.Equal("else", second.Text);
        Assert.Equal((LlmErrorKind.Overloaded, 503), (third.Kind, third.StatusCode));
        Assert.Same(first, _provider.Calls[0].Exception);
    }

    [Fact]
    public async Task A_stream_delivers_its_pieces_then_the_finish_reason_and_usage()
    {
        _provider.OnCall(1).Stream("a", "b", "c").Usage(input: 10, output: 3, cachedInput: 4);

        List<ChatResponseUpdate> updates = await ReadAsync();

        Assert.Equal(["a", "b", "c", ""], updates.Select(u => u.Text));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal(4, updates.ToChatResponse().Usage?.CachedInputTokenCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(9)]
    public async Task A_cut_stream_fails_as_network_after_its_pieces(int pieces)
    {
        _provider.OnCall(1).Stream("a", "b", "c").CutAfter(pieces);
        var received = new List<string>();

        LlmException exception = await Assert.ThrowsAsync<LlmException>(async () =>
        {
            await foreach (ChatResponseUpdate update in _provider.ChatStreamingAsync(Call(), Hello, null, default))
            {
                received.Add(update.Text);
            }
        });

        Assert.Equal(LlmErrorKind.Network, exception.Kind);
        Assert.Equal(Math.Min(pieces, 3), received.Count);
        Assert.Equal(RecordedCallState.Failed, _provider.Calls[0].State);
    }

    [Fact]
    public async Task A_stalled_stream_ends_only_by_cancellation_and_the_record_says_so()
    {
        _provider.OnCall(1).Stream("a", "b").StallAfter(1);
        using var cancellation = new CancellationTokenSource();
        await using IAsyncEnumerator<ChatResponseUpdate> stream = _provider.ChatStreamingAsync(Call(), Hello, null, cancellation.Token).GetAsyncEnumerator(cancellation.Token);

        Assert.True(await stream.MoveNextAsync());
        ValueTask<bool> next = stream.MoveNextAsync();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(next.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next.AsTask().WaitAsync(Patience));
        Assert.True(_provider.Calls[0].WasCancelled);
        Assert.Equal(1, _provider.Calls[0].PiecesDelivered);
    }

    [Fact]
    public async Task Breaking_off_a_stream_is_recorded_as_abandoned()
    {
        _provider.OnCall(1).Stream("a", "b");

        await foreach (ChatResponseUpdate update in _provider.ChatStreamingAsync(Call(), Hello, null, default))
        {
            Assert.Equal("a", update.Text);
            break;
        }

        await _provider.Calls[0].Ended.WaitAsync(Patience);
        Assert.Equal(RecordedCallState.Abandoned, _provider.Calls[0].State);
    }

    [Fact]
    public async Task Delays_pass_on_the_given_clock()
    {
        _provider.OnCall(1).Delay(TimeSpan.FromSeconds(3)).Answer("late");

        Task<ChatResponse> answer = _provider.ChatAsync(Call(), Hello, null, default).AsTask();
        RecordedCall call = await _provider.WaitForCallAsync(1).WaitAsync(Patience);
        Assert.Equal(RecordedCallState.Running, call.State);
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("late", (await answer.WaitAsync(Patience)).Text);
        Assert.Equal(TimeSpan.FromSeconds(3), call.EndedAt - call.StartedAt);
    }

    [Fact]
    public async Task Waiting_for_a_call_completes_when_it_begins()
    {
        Task<RecordedCall> waiting = _provider.WaitForCallAsync(2);
        await _provider.ChatAsync(Call(), Hello, null, default);
        Assert.False(waiting.IsCompleted);

        await _provider.ChatAsync(Call("second"), Hello, null, default);

        Assert.Equal("second", (await waiting.WaitAsync(Patience)).Model);
    }

    [Fact]
    public async Task What_was_asked_is_recorded_as_a_copy()
    {
        var messages = new List<ChatMessage> { new(ChatRole.User, "One") };
        var options = new ChatOptions { Temperature = 0.5f };

        await _provider.ChatAsync(Call("m-1"), messages, options, default);
        messages.Clear();
        options.Temperature = 1;

        RecordedCall call = _provider.Calls[0];
        Assert.Equal("m-1", call.Model);
        Assert.Equal("One", Assert.Single(call.Messages).Text);
        Assert.Equal(0.5f, call.Options?.Temperature);
    }

    [Fact]
    public async Task Bad_json_fails_as_invalid_response_with_status_200()
    {
        _provider.OnCall(1).BadJson();

        LlmException exception = await Assert.ThrowsAsync<LlmException>(async () => await _provider.ChatAsync(Call(), Hello, null, default));

        Assert.Equal((LlmErrorKind.InvalidResponse, 200), (exception.Kind, exception.StatusCode));
    }

    [Fact]
    public async Task Tool_calls_come_with_their_finish_reason_and_numbered_ids()
    {
        _provider.OnCall(1).CallTool("search", new Dictionary<string, object?> { ["query"] = "tea" }).CallTool("rank");

        ChatResponse response = await _provider.ChatAsync(Call(), Hello, null, default);

        FunctionCallContent[] calls = [.. response.Messages[0].Contents.OfType<FunctionCallContent>()];
        Assert.Equal(["call_1", "call_2"], calls.Select(c => c.CallId));
        Assert.Equal("tea", calls[0].Arguments?["query"]);
        Assert.Equal("", response.Text);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public async Task Concurrent_calls_get_distinct_numbers_and_their_own_steps()
    {
        const int Count = 64;
        for (int i = 1; i <= Count; i++)
        {
            _provider.OnCall(i).Answer($"answer {i}");
        }

        ChatResponse[] responses = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(async () => await _provider.ChatAsync(Call(), Hello, null, default)))).WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(1, Count), _provider.Calls.Select(c => c.Number));
        Assert.All(responses, response => Assert.Equal("answer " + response.ResponseId!["scripted-".Length..], response.Text));
    }

    [Fact]
    public async Task Each_answer_has_its_own_usage()
    {
        ChatResponse first = await _provider.ChatAsync(Call(), Hello, null, default);
        first.Usage!.Add(new UsageDetails { InputTokenCount = 100 });

        ChatResponse second = await _provider.ChatAsync(Call(), Hello, null, default);

        Assert.Equal(1, second.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task A_streamed_completion_follows_the_script_too()
    {
        _provider.OnCall(1).Stream("x", "y").Finish(ChatFinishReason.Length);
        var updates = new List<TextCompletionUpdate>();

        await foreach (TextCompletionUpdate update in _provider.CompleteStreamingAsync(Call(), "Once", null, default))
        {
            updates.Add(update);
        }

        Assert.Equal(["x", "y", ""], updates.Select(u => u.Text));
        Assert.Equal(ChatFinishReason.Length, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Given_vectors_and_scores_are_used()
    {
        _provider.OnCall(1).Embed([1, 2], [3, 4]);
        _provider.OnCall(2).Rerank(0.1, 0.9);

        GeneratedEmbeddings<Embedding<float>> vectors = await _provider.EmbedAsync(Call(), ["a", "b"], null, default);
        RerankResponse ranked = await _provider.RerankAsync(Call(), "q", ["a", "b", "c"], new RerankOptions { TopN = 2 }, default);

        Assert.Equal([3f, 4f], vectors[1].Vector.ToArray());
        Assert.Equal([new RerankResult(1, 0.9), new RerankResult(0, 0.1)], ranked.Results);
    }

    [Fact]
    public void Other_faces_are_found_by_type()
    {
        Assert.Same(_provider, _provider.GetService(typeof(IEmbeddingProvider)));
        Assert.Same(_provider, _provider.GetService(typeof(ITextCompletionProvider)));
        Assert.Same(_provider, _provider.GetService(typeof(IRerankProvider)));
        Assert.Null(_provider.GetService(typeof(string)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_call_number_below_one_is_an_error(int number) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _provider.OnCall(number));

    private static ProviderCall Call(string model = "model") => new(model, StaticCredential.None);

    private async Task<List<ChatResponseUpdate>> ReadAsync()
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in _provider.ChatStreamingAsync(Call(), Hello, null, default))
        {
            updates.Add(update);
        }

        return updates;
    }
}
