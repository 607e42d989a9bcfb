using LlmStack.Providers;
using LlmStack.Providers.Gemini;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>What Vertex AI does differently.</summary>
public sealed class VertexTests
{
    private static readonly Uri Endpoint = new("http://test/v1/projects/p/locations/eu");

    [Theory]
    [InlineData("global", "https://aiplatform.googleapis.com/v1/projects/p-1/locations/global")]
    [InlineData("eu", "https://aiplatform.eu.rep.googleapis.com/v1/projects/p-1/locations/eu")]
    [InlineData("Europe-West4", "https://europe-west4-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west4")]
    public void The_address_follows_from_project_and_place(string location, string expected)
    {
        using var services = Stack.Build(
            static llm => llm.AddVertexAI(static _ => new(new CredentialToken("t"))),
            environment: new FakeEnvironment(("GOOGLE_CLOUD_PROJECT", "p-1"), ("GOOGLE_CLOUD_LOCATION", location)));
        ProviderEntry entry = services.Snapshot().Providers["vertexai"];

        Assert.Equal(expected, entry.Endpoint!.OriginalString);
        Assert.Equal("vertex", entry.CatalogName);
    }

    [Fact]
    public async Task Gemini_is_called_with_a_token_and_without_ids_of_calls()
    {
        var handler = new HeadersHandler();
        var bytes = new BytesHandler("{}"u8.ToArray());
        await FailAsync(handler, "gemini-2.5-flash", Wire.Hello);
        await FailAsync(bytes, "gemini-2.5-flash", [new(ChatRole.User, "a"), new(ChatRole.Assistant, [new FunctionCallContent("c1", "f")]), new(ChatRole.Tool, [new FunctionResultContent("c1", 1)])]);

        Assert.Equal("http://test/v1/projects/p/locations/eu/publishers/google/models/gemini-2.5-flash:generateContent", handler.Address);
        Assert.Equal("Bearer ya29.token", handler.Headers["Authorization"]);
        Assert.DoesNotContain("OpenAI-Project", handler.Headers.Keys);
        Assert.Contains("""{"functionCall":{"name":"f","args":{}}}""", bytes.LastBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claude_is_called_in_its_own_format_with_the_version_in_the_body()
    {
        var handler = new HeadersHandler();
        var bytes = new BytesHandler("{}"u8.ToArray());
        await FailAsync(handler, "claude-sonnet-4-5@20250929", Wire.Hello);
        await FailAsync(bytes, "claude-sonnet-4-5@20250929", Wire.Hello);

        Assert.Equal("http://test/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict", handler.Address);
        Assert.Equal("""{"messages":[{"role":"user","content":[{"type":"text","text":"Hello"}]}],"anthropic_version":"vertex-2023-10-16","max_tokens":21333}""", bytes.LastBody);
    }

    [Fact]
    public async Task The_key_of_express_mode_is_a_header_of_its_own()
    {
        var handler = new HeadersHandler();
        await FailAsync(handler, "gemini-2.5-flash", Wire.Hello, new ProviderOptions { ApiKey = "ya29.token" });

        Assert.Equal("ya29.token", handler.Headers["x-goog-api-key"]);
    }

    [Fact]
    public async Task Embeddings_are_predictions_with_their_own_counts()
    {
        var handler = new BytesHandler("""{"predictions":[{"embeddings":{"statistics":{"token_count":3,"truncated":false},"values":[1,2]}},{"embeddings":{"values":[3,4],"statistics":{"token_count":4}}}]}"""u8.ToArray());
        var embeddings = (IEmbeddingProvider)Provider(handler).GetService(typeof(IEmbeddingProvider))!;
        GeneratedEmbeddings<Embedding<float>> vectors = await embeddings.EmbedAsync(Call("text-embedding-005"), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 2 }, CancellationToken.None);

        Assert.Equal("""{"instances":[{"content":"a"},{"content":"b"}],"parameters":{"outputDimensionality":2}}""", handler.LastBody);
        Assert.Equal([[1f, 2f], [3f, 4f]], vectors.Select(v => v.Vector.ToArray()));
        Assert.Equal(7, vectors.Usage!.InputTokenCount);
    }

    private static ILlmProvider Provider(HttpMessageHandler handler, ProviderOptions? options = null) =>
        new VertexFormat().Create(new ProviderSetup("test", options ?? new ProviderOptions { Project = "p" }, Endpoint, new HttpMessageInvoker(handler), new FakeTimeProvider()));

    private static ProviderCall Call(string model) => new(model, new StaticCredential("key-1", "ya29.token"));

    private static async Task FailAsync(HttpMessageHandler handler, string model, IReadOnlyList<ChatMessage> messages, ProviderOptions? options = null) =>
        await Assert.ThrowsAsync<LlmException>(async () => await Provider(handler, options).ChatAsync(Call(model), messages, null, CancellationToken.None));
}
