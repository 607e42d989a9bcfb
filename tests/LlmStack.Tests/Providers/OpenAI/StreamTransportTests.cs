using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Section H of the streaming cases: transport, proxies, cancellation.</summary>
public sealed class StreamTransportTests
{
    [Theory]
    [InlineData("""{"error":{"message":"bad gateway","code":502}}""", LlmErrorKind.ServerError)]
    [InlineData("""{"error":{"message":"slow down","code":"429"}}""", LlmErrorKind.RateLimited)]
    [InlineData("""{"error":"something broke"}""", LlmErrorKind.ServerError)]
    [InlineData("""{"detail":"Model is overloaded"}""", LlmErrorKind.Overloaded)]
    [InlineData("""{"success":false,"message":"no"}""", LlmErrorKind.ServerError)]
    [InlineData("""{"object":"error","message":"maximum context length is 10 tokens","type":"BadRequestError","code":400}""", LlmErrorKind.ContextWindowExceeded)]
    [InlineData("""{"id":"x"}""", LlmErrorKind.InvalidResponse)]
    [InlineData("""{"choices":[]}""", LlmErrorKind.InvalidResponse)]
    public async Task Case_96_an_error_inside_a_success_is_an_error(string body, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, body));
        OpenAIProvider provider = Provider(server);
        LlmException plain = await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(Call(), Hello, null, CancellationToken.None));
        Assert.Equal(kind, plain.Kind);
        Assert.Equal(kind, (await StreamAsync(provider, Call())).Failure?.Kind);
    }

    [Theory]
    [InlineData(200, LlmErrorKind.InvalidResponse)]
    [InlineData(403, LlmErrorKind.PermissionDenied)]
    [InlineData(413, LlmErrorKind.ContextWindowExceeded)]
    [InlineData(502, LlmErrorKind.ServerError)]
    public async Task Case_99_a_page_is_told_by_its_title_only(int status, LlmErrorKind kind)
    {
        string page = $"<html><head><title>502 Bad &amp; Gateway</title></head><body>{new string('x', 100_000)}</body></html>";
        StreamOutcome outcome = await StreamAsync(RawReply.Body(status, page, "Content-Type: text/html"));
        Assert.Equal(kind, outcome.Failure?.Kind);
        Assert.Contains("502 Bad & Gateway", outcome.Failure?.Message, StringComparison.Ordinal);
        Assert.InRange(outcome.Failure!.Message.Length, 1, 400);
    }

    [Theory]
    [InlineData(500, LlmErrorKind.ServerError)]
    [InlineData(200, LlmErrorKind.InvalidResponse)]
    public async Task Case_100_empty_bodies(int status, LlmErrorKind kind)
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Body(status, ""));
        Assert.Equal(kind, outcome.Failure?.Kind);
        Assert.Equal(LlmRetryability.Transient, outcome.Failure?.Retryability);
    }

    [Fact]
    public async Task Case_101_a_cut_body_is_a_network_failure()
    {
        RawReply cut = RawReply.Body(200, """{"id":"x","choices":[{"mess""");
        byte[] head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n");
        await using var server = new RawHttpServer(new RawReply([head, cut.Pieces[1]]));
        ProviderCall call = Call();
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Provider(server).ChatAsync(call, Hello, null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.Network, e.Kind);
        Assert.True(call.Report.RequestSent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Case_102_a_chunked_body_without_its_end_is_a_network_failure_unless_done_was_read(bool done)
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Chunked(complete: false, [.. new[] { Events(Chunk("a")), Events(Stop) }, .. done ? new[] { "data: [DONE]\n\n" } : []]));
        Assert.Equal(done ? null : LlmErrorKind.Network, outcome.Failure?.Kind);
        Assert.Equal("a", outcome.Text);
    }

    [Fact]
    public async Task Case_102_a_reset_is_a_network_failure()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events(Chunk("a"))) with { End = RawEnd.Reset });
        Assert.Equal(LlmErrorKind.Network, outcome.Failure?.Kind);
    }

    [Fact]
    public async Task Case_109_a_redirect_is_not_followed_and_takes_no_key_along()
    {
        await using var elsewhere = new RawHttpServer(RawReply.Body(200, "{}"));
        StreamOutcome outcome = await StreamAsync(RawReply.Body(307, "", $"Location: {elsewhere.Address}/chat/completions"));
        Assert.Equal(LlmErrorKind.InvalidResponse, outcome.Failure?.Kind);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Case_110_breaking_off_closes_the_connection()
    {
        await using var server = new RawHttpServer(RawReply.Stream(Events(Chunk("a"))) with { End = RawEnd.Hold });
        await foreach (ChatResponseUpdate update in Provider(server).ChatStreamingAsync(Call(), Hello, null, CancellationToken.None))
        {
            Assert.Equal("a", update.Text);
            break;
        }

        await server.ClientGone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Case_111_cancellation_carries_the_callers_token_and_closes_the_connection()
    {
        await using var server = new RawHttpServer(RawReply.Stream(Events(Chunk("a"))) with { End = RawEnd.Hold });
        using var cancel = new CancellationTokenSource();
        var streaming = Task.Run(async () =>
        {
            await foreach (ChatResponseUpdate _ in Provider(server).ChatStreamingAsync(Call(), Hello, null, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => streaming.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(cancel.Token, e.CancellationToken);
        await server.ClientGone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Case_111_cancellation_while_waiting_for_the_answer()
    {
        await using var server = new RawHttpServer(new RawReply([], RawEnd.Hold));
        using var cancel = new CancellationTokenSource();
        ProviderCall call = Call();
        Task<ChatResponse> asking = Provider(server).ChatAsync(call, Hello, null, cancel.Token).AsTask();
        await server.RequestArrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await cancel.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(cancel.Token, e.CancellationToken);
        Assert.True(call.Report.RequestSent);
    }

    [Fact]
    public async Task Case_113_the_connection_serves_the_next_request_without_crosstalk()
    {
        await using var server = new RawHttpServer(i => RawReply.Chunked(complete: true, Events(Chunk("a" + i), Stop, "[DONE]")));
        OpenAIProvider provider = Provider(server);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("a" + i, (await StreamAsync(provider, Call())).Text);
        }
    }

    [Fact]
    public async Task A_refused_connection_was_not_sent()
    {
        RawHttpServer server = new(RawReply.Body(200, "{}"));
        Uri address = server.Address;
        await server.DisposeAsync();
        ProviderCall call = Call();
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Provider(Sockets(), address).ChatAsync(call, Hello, null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.Network, e.Kind);
        Assert.False(call.Report.RequestSent);
    }

    [Fact]
    public async Task Case_115_an_endless_error_body_is_read_up_to_its_limit()
    {
        byte[] head = Encoding.ASCII.GetBytes("HTTP/1.1 503 X\r\nConnection: close\r\n\r\n");
        StreamOutcome outcome = await StreamAsync(new RawReply([head, new byte[2 * 1024 * 1024]]));
        Assert.Equal(LlmErrorKind.Overloaded, outcome.Failure?.Kind);
    }
}
