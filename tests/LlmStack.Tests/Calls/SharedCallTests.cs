using LlmStack.Calls.Plans;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class SharedCallTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private static CallHarness Shared(bool on = true, ITraceSink? sink = null)
    {
        var h = new CallHarness(
            llm => (sink is null ? llm : llm.AddSink(sink)).AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 }).Configure(o => o.SingleFlight = on)),
            "a");
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Answer("one").Usage(100, 10);
        return h;
    }

    [Fact]
    public async Task Identical_calls_at_the_same_time_share_one_answer_and_only_one_is_paid()
    {
        using CallHarness h = Shared();

        ChatResponse[] answers = await h.RunAsync(Task.WhenAll(Enumerable.Range(0, 5).Select(_ => h.Client.ChatAsync("fast", "Hello"))), Step);

        Assert.Single(h["a"].Calls);
        Assert.All(answers, a => Assert.Equal("one", a.Text));
        Assert.Equal(5, answers.Distinct().Count());
        Assert.Equal(0.00011m, answers.Sum(a => a.GetRoute()!.Cost.Total));
        Assert.Equal(4, answers.Count(a => a.GetRoute()!.Reason == "shares the answer of an identical call"));
        Assert.Equal(4, h.Traces.Spans.Count(s => s.Type == ObservationType.Span && s.Usage is null));
        Assert.Equal(0, h.Get<SharedCalls>().Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Nothing_is_kept_for_later_calls()
    {
        using CallHarness h = Shared();

        await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);
        await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal(2, h["a"].Calls.Count);
    }

    [Fact]
    public async Task Only_groups_that_say_so_share()
    {
        using CallHarness h = Shared(on: false);

        await h.RunAsync(Task.WhenAll(h.Client.ChatAsync("fast", "Hello"), h.Client.ChatAsync("fast", "Hello")), Step);

        Assert.Equal(2, h["a"].Calls.Count);
    }

    [Fact]
    public async Task When_the_first_caller_cancels_the_others_get_their_answer()
    {
        using CallHarness h = Shared();
        using var source = new CancellationTokenSource();
        Task<ChatResponse> first = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        Task<ChatResponse> second = h.Client.ChatAsync("fast", "Hello");

        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal("one", (await h.RunAsync(second, Step)).Text);
        Assert.Single(h["a"].Calls);
    }

    [Fact]
    public async Task When_everybody_has_cancelled_the_call_ends()
    {
        var ended = new FirstSpan();
        using CallHarness h = Shared(sink: ended);
        using var source = new CancellationTokenSource();
        Task<ChatResponse> first = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        Task<ChatResponse> second = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, h.Get<SharedCalls>().Count);

        // Nobody waits for it any more, so its own end is seen a moment later.
        await ended.Emitted.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(h["a"].Calls[0].WasCancelled);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_failure_is_everybodys()
    {
        using CallHarness h = Shared();
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Throw(LlmErrorKind.InvalidRequest);
        Task<ChatResponse> first = h.Client.ChatAsync("fast", "Hello");
        Task<ChatResponse> second = h.Client.ChatAsync("fast", "Hello");

        await CallHarness.FailsAsync(() => h.RunAsync(first, Step));
        await CallHarness.FailsAsync(() => h.RunAsync(second, Step));

        Assert.Single(h["a"].Calls);
    }

    [Fact]
    public void Whatever_could_change_the_answer_is_part_of_the_key()
    {
        SharedCallKey? Key(string model = "m", string text = "Hello", ChatOptions? options = null, RoutingOptions? routing = null, LlmContext? context = null) =>
            SharedCallKey.Of(model, [new ChatMessage(ChatRole.User, text)], options, routing, context ?? LlmContext.Empty);

        SharedCallKey?[] keys =
        [
            Key(),
            Key(model: "n"),
            Key(text: "Hello!"),
            Key(options: new ChatOptions { Temperature = 0.1f }),
            Key(options: new ChatOptions { TopP = 0.1f }),
            Key(options: new ChatOptions { MaxOutputTokens = 3 }),
            Key(options: new ChatOptions { Seed = 3 }),
            Key(options: new ChatOptions { Instructions = "x" }),
            Key(options: new ChatOptions { ResponseFormat = ChatResponseFormat.Json }),
            Key(options: new ChatOptions { StopSequences = ["x"] }),
            Key(routing: new RoutingOptions { Region = "eu" }),
            Key(context: new LlmContext { UserId = "u" }),
            Key(context: new LlmContext { Team = "u" }),
            Key(context: new LlmContext { Permissions = ["p"] }),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.DoesNotContain(null, keys);
        Assert.Equal(Key(routing: new RoutingOptions { Region = "eu" }), Key(routing: new RoutingOptions { Region = "eu" }));
        Assert.Null(Key(options: new ChatOptions { Tools = [new HostedWebSearchTool()] }));
        Assert.Null(Key(options: new ChatOptions { AdditionalProperties = new() { ["x"] = 1 } }));
        Assert.Null(SharedCallKey.Of("m", [new ChatMessage(ChatRole.User, [new UriContent("https://x/y.png", "image/png")])], null, null, LlmContext.Empty));
    }

    [Fact]
    public void Every_option_of_a_chat_is_in_the_key_or_keeps_a_call_from_being_shared()
    {
        // A new property must be added to SharedCallKey before it is listed here.
        string[] known =
        [
            "AdditionalProperties", "AllowBackgroundResponses", "AllowMultipleToolCalls", "ContinuationToken", "ConversationId", "FrequencyPenalty", "Instructions",
            "MaxOutputTokens", "ModelId", "PresencePenalty", "RawRepresentationFactory", "Reasoning", "ResponseFormat", "Seed", "StopSequences", "Temperature",
            "ToolMode", "Tools", "TopK", "TopP",
        ];
        Assert.Equal(known, typeof(ChatOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Tells when the first generation has ended.</summary>
    private sealed class FirstSpan : ITraceSink
    {
        private readonly TaskCompletionSource _emitted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Emitted => _emitted.Task;

        public void Emit(in SpanData span) => _ = span.Type == ObservationType.Generation && _emitted.TrySetResult();

        public void Emit(in ScoreData score)
        {
        }

        public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new FlushResult(0, 0, 0, null));
    }
}
