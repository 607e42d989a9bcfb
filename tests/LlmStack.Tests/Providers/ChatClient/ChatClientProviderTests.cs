using System.Net;
using System.Runtime.CompilerServices;
using LlmStack.Providers;
using LlmStack.Providers.ChatClient;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.ChatClient;

public sealed class ChatClientProviderTests
{
    private static ChatClientProvider Provider(Func<ChatOptions?, ChatResponse> answer) => new("mine", new Scripted(answer), null);

    private static async Task<LlmException> FailAsync(Exception error, ProviderCall? call = null) =>
        await Assert.ThrowsAsync<LlmException>(async () => await Provider(_ => throw error).ChatAsync(call ?? Call(), Hello, null, CancellationToken.None));

    [Fact]
    public async Task The_model_travels_on_a_copy_of_the_options()
    {
        var options = new ChatOptions { ModelId = "group", Temperature = 0.5f };
        ChatOptions? seen = null;
        var capture = new CaptureStub();
        ChatResponse response = await Provider(o =>
        {
            seen = o;
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hi")) { ResponseId = "r" };
        }).ChatAsync(Call("vendor-model", capture), Hello, options, CancellationToken.None);
        Assert.Equal(("vendor-model", 0.5f), (seen?.ModelId, seen?.Temperature));
        Assert.Equal("group", options.ModelId);
        Assert.Equal("r", Assert.IsType<RoutedChatResponse>(response).ResponseId);
        Assert.Null(response.Usage);
        Assert.Equal("""[{"role":"user","content":"Hello"}]""", capture.Input);
        Assert.Equal("""{"role":"assistant","content":"Hi"}""", capture.Output);
    }

    [Fact]
    public async Task A_derived_response_is_left_alone()
    {
        var derived = new Derived();
        Assert.Same(derived, await Provider(_ => derived).ChatAsync(Call(), Hello, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_stream_begins_and_ends_with_an_update_that_can_carry_a_route()
    {
        var capture = new CaptureStub();
        List<ChatResponseUpdate> updates = await CollectAsync(Provider(_ => new ChatResponse(new ChatMessage(ChatRole.Assistant, "abc"))).ChatStreamingAsync(Call(capture: capture), Hello, null, CancellationToken.None));
        Assert.IsType<RoutedChatResponseUpdate>(updates[0]);
        Assert.IsType<RoutedChatResponseUpdate>(updates[^1]);
        Assert.Equal("abc", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("""{"role":"assistant","content":"abc"}""", capture.Output);
    }

    public static TheoryData<Exception, LlmErrorKind> Foreign() => new()
    {
        { new HttpRequestException("x", null, HttpStatusCode.TooManyRequests), LlmErrorKind.RateLimited },
        { new HttpRequestException("x", null, HttpStatusCode.Unauthorized), LlmErrorKind.Authentication },
        { new HttpRequestException("refused"), LlmErrorKind.Network },
        { new TimeoutException(), LlmErrorKind.Timeout },
        { new TaskCanceledException(), LlmErrorKind.Timeout },
        { new ArgumentException("x"), LlmErrorKind.InvalidRequest },
        { new NotSupportedException("x"), LlmErrorKind.InvalidRequest },
        { new IOException("x"), LlmErrorKind.Network },
        { new VendorException("HTTP 429 (rate_limit_exceeded) slow"), LlmErrorKind.RateLimited },
        { new VendorException("Service failed. Status: 503 (Unavailable)"), LlmErrorKind.Overloaded },
        { new VendorException("Status code: 400 maximum context length is 5 tokens"), LlmErrorKind.ContextWindowExceeded },
        { new VendorException("odd"), LlmErrorKind.Unknown },
        { new HttpRequestException("Connection error.", new VendorException("HTTP 429 (rate_limit_exceeded)")), LlmErrorKind.RateLimited },
        { new IOException("Connection error.", new AggregateException(new HttpRequestException("x", null, HttpStatusCode.PaymentRequired))), LlmErrorKind.QuotaExhausted },
        { new HttpRequestException("Connection error.", new IOException("reset")), LlmErrorKind.Network },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task Foreign_exceptions_get_a_kind(Exception error, LlmErrorKind kind)
    {
        LlmException e = await FailAsync(error);
        Assert.Equal(kind, e.Kind);
        Assert.Same(error, e.InnerException);
        Assert.Equal("mine", e.Provider);
    }

    [Fact]
    public async Task Our_own_exceptions_pass_through()
    {
        var own = new LlmException(LlmErrorKind.BudgetExceeded, "x");
        Assert.Same(own, await FailAsync(own));
    }

    [Fact]
    public async Task The_callers_cancellation_keeps_his_token()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Provider(_ => throw new OperationCanceledException()).ChatAsync(Call(), Hello, null, cancel.Token));
        Assert.Equal(cancel.Token, e.CancellationToken);
    }

    [Fact]
    public async Task Without_a_chat_client_the_message_says_so()
    {
        var provider = new ChatClientProvider("vectors", null, null);
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(Call(), Hello, null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
        Assert.Contains("'vectors' has no chat client", e.Message, StringComparison.Ordinal);
        Assert.Null(provider.GetService(typeof(IEmbeddingProvider)));
    }

    [Fact]
    public async Task Contents_without_a_shape_do_not_fail_the_call()
    {
        var capture = new CaptureStub();
        ChatMessage[] messages = [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "video/mp4")])];
        ChatResponse response = await Provider(_ => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hi"))).ChatAsync(Call(capture: capture), messages, null, CancellationToken.None);
        Assert.Equal("Hi", response.Text);
        Assert.Null(capture.Input);
    }

    [Fact]
    public async Task An_embedding_generator_is_an_embedding_provider()
    {
        var provider = new ChatClientProvider("vectors", null, new Generator());
        IEmbeddingProvider face = Assert.IsAssignableFrom<IEmbeddingProvider>(provider.GetService(typeof(IEmbeddingProvider)));
        GeneratedEmbeddings<Embedding<float>> result = await face.EmbedAsync(Call("m"), ["a", "bc"], null, CancellationToken.None);
        Assert.Equal([1f, 2f], result.Select(e => e.Vector.Span[0]));
        await Assert.ThrowsAsync<LlmException>(async () => await face.EmbedAsync(Call("short"), ["a", "bc"], null, CancellationToken.None));
    }

    private sealed class VendorException(string message) : Exception(message);

    private sealed class Derived : ChatResponse;

    private sealed class Scripted(Func<ChatOptions?, ChatResponse> answer) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(answer(options));

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            foreach (char c in answer(options).Text)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, c.ToString());
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Generator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Take(options?.ModelId == "short" ? 1 : 10).Select(v => new Embedding<float>(new float[] { v.Length }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
