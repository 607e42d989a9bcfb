using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers;

/// <summary>One format over bytes in memory or a real socket: what it sends, and what becomes of an answer.</summary>
/// <param name="create">Makes the adapter.</param>
/// <param name="model">The model that calls name.</param>
internal sealed class FormatWire(Func<ProviderSetup, ILlmProvider> create, string model)
{
    public ILlmProvider Provider(HttpMessageInvoker http, Uri? address = null, ProviderOptions? options = null) =>
        create(new ProviderSetup("test", options ?? new ProviderOptions(), address ?? new Uri("http://test"), http, new FakeTimeProvider()));

    public ProviderCall Call(IContentCapture? capture = null, string? other = null) => new(other ?? model, new StaticCredential("key-1", "secret-key-1"), capture);

    /// <summary>The body that a chat sends.</summary>
    public async Task<string> BodyAsync(string answer, ChatOptions? options = null, IReadOnlyList<ChatMessage>? messages = null, ProviderCall? call = null)
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes(answer));
        await Provider(new HttpMessageInvoker(handler)).ChatAsync(call ?? Call(), messages ?? Wire.Hello, options, CancellationToken.None);
        return handler.LastBody!;
    }

    /// <summary>What becomes of an answer.</summary>
    public async Task<ChatResponse> ChatAsync(string answer, ChatOptions? options = null, ProviderCall? call = null) =>
        await Provider(new HttpMessageInvoker(new BytesHandler(Encoding.UTF8.GetBytes(answer)))).ChatAsync(call ?? Call(), Wire.Hello, options, CancellationToken.None);

    public async Task<StreamOutcome> StreamAsync(byte[] answer, ProviderCall? call = null) =>
        await Wire.StreamAsync(Provider(new HttpMessageInvoker(new BytesHandler(answer))), call ?? Call());

    public Task<StreamOutcome> StreamAsync(string answer, ProviderCall? call = null) => StreamAsync(Encoding.UTF8.GetBytes(answer), call);

    /// <summary>The failure that an error answer over a real socket becomes.</summary>
    public async Task<LlmException> FailureAsync(int status, string body, params string[] headers)
    {
        await using var server = new RawHttpServer(RawReply.Body(status, body, headers));
        using HttpMessageInvoker http = Wire.Sockets();
        return await Assert.ThrowsAsync<LlmException>(async () => await Provider(http, server.Address).ChatAsync(Call(), Wire.Hello, null, CancellationToken.None));
    }

    /// <summary>The refusal of a wish, before anything is sent.</summary>
    public async Task<LlmException> RefusalAsync(ChatOptions? options, IReadOnlyList<ChatMessage>? messages = null)
    {
        var handler = new BytesHandler([]);
        LlmException refusal = await Assert.ThrowsAsync<LlmException>(async () =>
            await Provider(new HttpMessageInvoker(handler)).ChatAsync(Call(), messages ?? Wire.Hello, options, CancellationToken.None));
        Assert.Null(handler.LastBody);
        Assert.Equal(LlmErrorKind.InvalidRequest, refusal.Kind);
        return refusal;
    }
}
