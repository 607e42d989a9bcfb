using LlmStack.Providers;
using LlmStack.Providers.Bedrock;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.Bedrock.BedrockWire;

namespace LlmStack.Tests.Providers.Bedrock;

public sealed class BedrockEmbeddingTests
{
    private static IEmbeddingProvider Vectors(RawHttpServer server) =>
        (IEmbeddingProvider)Format.Provider(OpenAI.Wire.Sockets(), new Uri(server.Address, "/")).GetService(typeof(IEmbeddingProvider))!;

    [Fact]
    public async Task Titan_is_asked_once_for_each_text_and_its_tokens_are_summed()
    {
        await using var server = new RawHttpServer(static number => RawReply.Body(200, $$"""{"embedding":[{{number}},0.5],"inputTextTokenCount":3}"""));
        GeneratedEmbeddings<Embedding<float>> vectors = await Vectors(server).EmbedAsync(Format.Call(other: "amazon.titan-embed-text-v2:0"), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 2, AdditionalProperties = new() { ["normalize"] = true } }, CancellationToken.None);

        Assert.Equal([[0, 0.5f], [1, 0.5f]], vectors.Select(static vector => vector.Vector.ToArray()));
        Assert.Equal(6, vectors.Usage!.InputTokenCount);
        Assert.StartsWith("POST /model/amazon.titan-embed-text-v2%3A0/invoke ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"inputText":"b","dimensions":2,"normalize":true}""", server.LastBody);
    }

    [Theory]
    [InlineData("""{"embeddings":{"float":[[1],[2]]},"id":"x","texts":["a","b"]}""")]
    [InlineData("""{"embeddings":[[1],[2]],"response_type":"embeddings_floats"}""")]
    public async Task Coheres_models_are_asked_for_all_at_once(string answer)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, answer, "X-Amzn-Bedrock-Input-Token-Count: 7"));
        GeneratedEmbeddings<Embedding<float>> vectors = await Vectors(server).EmbedAsync(Format.Call(other: "eu.cohere.embed-v4:0"), ["a", "b"], null, CancellationToken.None);

        Assert.Equal([[1], [2]], vectors.Select(static vector => vector.Vector.ToArray()));
        Assert.Equal(7, vectors.Usage!.InputTokenCount);
        Assert.Equal("""{"texts":["a","b"],"input_type":"search_document","embedding_types":["float"]}""", server.LastBody);
    }

    [Fact]
    public async Task A_model_without_a_known_body_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "{}"));
        LlmException error = await Assert.ThrowsAsync<LlmException>(async () => await Vectors(server).EmbedAsync(Format.Call(), ["a"], null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("known are amazon.titan-embed", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(400, """{"message":"Malformed input request"}""", LlmErrorKind.InvalidRequest)]
    [InlineData(200, """{"other":1}""", LlmErrorKind.InvalidResponse)]
    [InlineData(200, """{"embedding":[1],""", LlmErrorKind.InvalidResponse)]
    public async Task Failures_have_their_kinds(int status, string body, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Body(status, body));
        LlmException error = await Assert.ThrowsAsync<LlmException>(async () => await Vectors(server).EmbedAsync(Format.Call(other: "amazon.titan-embed-text-v1"), ["a"], null, CancellationToken.None));
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public async Task A_wrong_clock_is_set_right_by_the_refusal_and_stays_right()
    {
        const string Skewed = """{"message":"Signature expired: 20000101T000000Z is now earlier than 20261128T000000Z"}""";
        await using var server = new RawHttpServer(static number => number == 0
            ? RawReply.Body(403, Skewed, "x-amzn-ErrorType: InvalidSignatureException", "Date: Sat, 28 Nov 2026 10:20:30 GMT")
            : RawReply.Body(200, Answer, "Date: Sat, 28 Nov 2026 10:20:31 GMT"));
        ILlmProvider provider = Signed(server);

        for (int i = 0; i < 2; i++)
        {
            ChatResponse response = await provider.ChatAsync(Key(), OpenAI.Wire.Hello, null, CancellationToken.None);
            Assert.Equal("Hello", response.Text);
        }

        Assert.Equal(3, server.Requests.Count);
        Assert.Contains("X-Amz-Date: 20000101T000000Z", server.Requests[0], StringComparison.Ordinal);
        Assert.All(server.Requests.Skip(1), static request => Assert.Contains("X-Amz-Date: 20261128T102030Z", request, StringComparison.Ordinal));
        Assert.All(server.Requests.Skip(1), static request => Assert.Contains("/20261128/us-east-1/bedrock/aws4_request", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_at_the_right_time_is_not_repeated()
    {
        await using var server = new RawHttpServer(RawReply.Body(403, """{"message":"no"}""", "x-amzn-ErrorType: AccessDeniedException", "Date: Sat, 01 Jan 2000 00:03:00 GMT"));
        LlmException error = await Assert.ThrowsAsync<LlmException>(async () => await Signed(server).ChatAsync(Key(), OpenAI.Wire.Hello, null, CancellationToken.None));
        Assert.Equal((LlmErrorKind.PermissionDenied, 1), (error.Kind, server.Requests.Count));
    }

    private static ProviderCall Key() => new(Model, new StaticCredential("key-1", "AKID:secret"), null);

    /// <summary>The adapter with a clock that stands at the beginning of 2000.</summary>
    private static ILlmProvider Signed(RawHttpServer server) => new BedrockFormat().Create(new ProviderSetup(
        "test",
        new ProviderOptions { Location = "us-east-1" },
        new Uri(server.Address, "/"),
        OpenAI.Wire.Sockets(),
        new FakeTimeProvider(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))));
}
