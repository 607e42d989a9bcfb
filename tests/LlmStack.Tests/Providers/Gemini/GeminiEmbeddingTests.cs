using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Gemini.GeminiWire;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>Embeddings of the format.</summary>
public sealed class GeminiEmbeddingTests
{
    [Fact]
    public async Task A_batch_is_one_request_and_keeps_its_order()
    {
        var handler = new BytesHandler("""{"embeddings":[{"values":[0.5,-1]},{"values":[1e-3,2]}]}"""u8.ToArray());
        var capture = new CaptureStub();
        GeneratedEmbeddings<Embedding<float>> vectors = await EmbedAsync(handler, ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 2, AdditionalProperties = new() { ["taskType"] = "RETRIEVAL_QUERY" } }, capture);

        Assert.Equal("""{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":2},{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"b"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":2}]}""", handler.LastBody);
        Assert.Equal([[0.5f, -1f], [0.001f, 2f]], vectors.Select(v => v.Vector.ToArray()));
        Assert.Equal("""["a","b"]""", capture.Input);
        Assert.Null(vectors.Usage);
    }

    [Theory]
    [InlineData("""{"embeddings":[{"values":[1]}]}""", LlmErrorKind.InvalidResponse)]
    [InlineData("""{}""", LlmErrorKind.InvalidResponse)]
    [InlineData("""{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}""", LlmErrorKind.RateLimited)]
    public async Task An_answer_that_does_not_fit_fails(string body, LlmErrorKind kind)
    {
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => EmbedAsync(new BytesHandler(Encoding.UTF8.GetBytes(body)), ["a", "b"]));

        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public async Task A_field_that_does_not_exist_is_an_error_before_the_call()
    {
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => EmbedAsync(new BytesHandler([]), ["a"], new EmbeddingGenerationOptions { AdditionalProperties = new() { ["task"] = "x" } }));

        Assert.Equal(LlmErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains("taskType and title", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(BytesHandler handler, string[] inputs, EmbeddingGenerationOptions? options = null, IContentCapture? capture = null)
    {
        var embeddings = (IEmbeddingProvider)Provider(new HttpMessageInvoker(handler)).GetService(typeof(IEmbeddingProvider))!;
        return await embeddings.EmbedAsync(Call("gemini-embedding-001", capture), inputs, options, CancellationToken.None);
    }
}
