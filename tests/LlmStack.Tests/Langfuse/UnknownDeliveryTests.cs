using LlmStack.Diagnostics;
using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using NSubstitute;

namespace LlmStack.Tests.Langfuse;

/// <summary>What was sent and never answered is neither delivered nor dropped: the server may have it.</summary>
public sealed class UnknownDeliveryTests
{
    [Theory]
    [InlineData("reset", 1)]
    [InlineData("500", 1)]
    [InlineData("503", 0)]
    [InlineData("429", 0)]
    public async Task Spans_given_up_after_an_unclear_answer_are_unknown(string fault, int unknown)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(static options => options.MaxRetryAge = TimeSpan.FromSeconds(30));
        harness.Receiver.Rule = (_, _) => fault == "reset" ? new ScriptedReply(0) { Reset = true } : new ScriptedReply(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture));
        harness.Emit();
        harness.Sink.Emit(Score());
        await harness.FlushAsync(0.5);
        harness.Time.Advance(TimeSpan.FromSeconds(31));
        FlushResult result = await harness.FlushAsync(0.5);

        foreach (SinkCounters counters in (SinkCounters[])[harness.Sink.SpanCounters, harness.Sink.ScoreCounters])
        {
            Assert.Equal((unknown, 1 - unknown), (counters.Unknown, counters.Dropped));
        }

        Assert.Equal(2, result.Dropped);
        Assert.Equal(2, result.DroppedByReason[unknown == 1 ? "unknown" : "expired"]);
        Assert.Equal(result.Dropped, ((ITraceSinkStatus)harness.Sink).Dropped);
        Assert.Equal(unknown == 1, result.Error!.Contains("given up unanswered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unreachable_server_cannot_have_anything()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(static options =>
        {
            options.BaseUrl = "http://127.0.0.1:1";
            options.ShutdownTimeout = TimeSpan.FromSeconds(1);
        });
        harness.Emit();
        await harness.FlushAsync(0.5);
        await harness.DisposeAsync();

        Assert.Equal((0, 1), (harness.Sink.SpanCounters.Unknown, harness.Sink.SpanCounters.Dropped));
    }

    [Fact]
    public async Task Spans_in_flight_at_the_end_are_unknown()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(200) { Hang = true };
        harness.Emit();
        harness.Emit();
        _ = harness.FlushAsync(0.5);
        await harness.Receiver.WaitForRequestsAsync(1);
        await harness.DisposeAsync();

        SinkCounters counters = harness.Sink.SpanCounters;
        Assert.Equal((2, 0), (counters.Unknown, counters.Dropped));
        Assert.Equal(counters.Emitted, counters.Delivered + counters.Dropped + counters.Unknown);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, false)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    public async Task A_request_cancelled_between_two_tries_is_unknown_only_when_one_of_them_was(HttpRequestError error, bool uncertain)
    {
        using var stop = new CancellationTokenSource();
        using var between = new BetweenTries { InnerHandler = new TryWitness { InnerHandler = new Failing(error) } };
        using var client = new HttpClient(between);
        IHttpClientFactory http = Substitute.For<IHttpClientFactory>();
        http.CreateClient(LangfuseTraceSink.HttpClientName).Returns(client);
        var endpoint = new LangfuseEndpoint(new LangfuseOptions { BaseUrl = "http://127.0.0.1:1", PublicKey = "pk", SecretKey = "sk" }, http, TimeProvider.System);
        using var content = new ByteArrayContent([1]);
        Task<Reply> post = endpoint.PostAsync(endpoint.Traces, content, stop.Token);
        await between.Reached.WaitAsync(SinkHarness.Patience);
        await stop.CancelAsync();

        DeliveryCanceledException exception = await Assert.ThrowsAsync<DeliveryCanceledException>(() => post.WaitAsync(SinkHarness.Patience));
        Assert.Equal(uncertain, exception.IsUncertain);
    }

    private static ScoreData Score() => new() { Name = "helpful", TraceId = new TraceId(1, 2), DataType = ScoreDataType.Numeric, Value = 1 };

    /// <summary>Waits after the first try until it is cancelled, as a retry does.</summary>
    private sealed class BetweenTries : DelegatingHandler
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => base.SendAsync(request, cancellationToken));
            _reached.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It was not cancelled.");
        }
    }

    private sealed class Failing(HttpRequestError error) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new HttpRequestException(error);
    }
}
