using System.Buffers.Text;
using System.Runtime.InteropServices;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Embeddings, text completions and rerank.</summary>
public sealed class OperationsTests
{
    private static T Face<T>(OpenAIProvider provider) => Assert.IsAssignableFrom<T>(provider.GetService(typeof(T)));

    private static string Encoded(params float[] values) => Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan()));

    private static async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(string body, params string[] inputs)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, body));
        return await Face<IEmbeddingProvider>(Provider(server)).EmbedAsync(Call("embed"), inputs, null, CancellationToken.None);
    }

    [Fact]
    public async Task Embeddings_ask_for_base64_and_come_back_in_order()
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, $$$"""{"data":[{"index":1,"embedding":"{{{Encoded(3, -4.5f)}}}"},{"index":0,"embedding":"{{{Encoded(1, 2)}}}"}],"model":"embed","usage":{"prompt_tokens":4,"total_tokens":4}}"""));
        var result = await Face<IEmbeddingProvider>(Provider(server)).EmbedAsync(Call("embed", capture), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 2 }, CancellationToken.None);
        Assert.Equal("""{"input":["a","b"],"model":"embed","encoding_format":"base64","dimensions":2}""", server.LastBody);
        Assert.Equal("""["a","b"]""", capture.Input);
        Assert.Equal([1f, 2f], result[0].Vector.ToArray());
        Assert.Equal([3f, -4.5f], result[1].Vector.ToArray());
        Assert.Equal(4, result.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task Case_118_numbers_are_accepted_too()
    {
        var result = await EmbedAsync("""{"data":[{"embedding":[1,-2.5e-1,3]}]}""", "a");
        Assert.Equal([1f, -0.25f, 3f], result[0].Vector.ToArray());
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":"!!!!"},{"index":1,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0},{"index":1,"embedding":[1]}]}""")]
    [InlineData("""{"object":"list"}""")]
    public async Task Case_118_fewer_or_broken_vectors_are_an_invalid_response(string body)
    {
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => EmbedAsync(body, "a", "b"));
        Assert.Equal(LlmErrorKind.InvalidResponse, e.Kind);
    }

    [Fact]
    public async Task A_completion_is_read_and_captured()
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, """{"id":"c","model":"m","choices":[{"text":" world","index":0,"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"""));
        TextCompletion completion = await Face<ITextCompletionProvider>(Provider(server)).CompleteAsync(Call("m", capture), "Hello", new TextCompletionOptions { MaxOutputTokens = 2, Echo = false, StopSequences = ["x"] }, CancellationToken.None);
        Assert.Equal("""{"prompt":"Hello","model":"m","max_tokens":2,"stop":["x"],"echo":false}""", server.LastBody);
        Assert.Equal((" world", ChatFinishReason.Length, 3L), (completion.Text, completion.FinishReason, completion.Usage?.TotalTokenCount));
        Assert.Equal(("\"Hello\"", "\" world\""), (capture.Input, capture.Output));
    }

    [Fact]
    public async Task A_completion_streams()
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Stream(Events("""{"id":"c","choices":[{"text":"a","index":0}]}""", """{"id":"c","choices":[{"text":"b","index":0,"finish_reason":"stop"}]}""", Usage, "[DONE]")));
        var updates = new List<TextCompletionUpdate>();
        await foreach (TextCompletionUpdate update in Face<ITextCompletionProvider>(Provider(server)).CompleteStreamingAsync(Call("m", capture), "p", null, CancellationToken.None))
        {
            updates.Add(update);
        }

        Assert.Equal("ab", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal(15, updates[^1].Usage?.TotalTokenCount);
        Assert.Equal("\"ab\"", capture.Output);
    }

    [Theory]
    [InlineData("""{"id":"r","results":[{"index":0,"relevance_score":0.1},{"index":2,"relevance_score":0.9},{"index":1,"relevance_score":0.5}]}""")]
    [InlineData("""{"data":[{"index":0,"score":0.1},{"index":1,"score":"0.5"},{"index":2,"score":0.9,"document":{"text":"c"}}]}""")]
    [InlineData("""[{"index":0,"score":0.1},{"index":1,"score":0.5},{"index":2,"score":0.9}]""")]
    public async Task Rerank_results_are_ordered_and_cut(string body)
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, body));
        RerankResponse response = await Face<IRerankProvider>(Provider(server, OpenAIProfile.Compatible)).RerankAsync(Call("m", capture), "q", ["a", "b", "c"], new RerankOptions { TopN = 2 }, CancellationToken.None);
        Assert.StartsWith("POST /v1/rerank ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"query":"q","documents":["a","b","c"],"model":"m","top_n":2}""", server.LastBody);
        Assert.Equal([new RerankResult(2, 0.9), new RerankResult(1, 0.5)], response.Results);
        Assert.Equal("""{"query":"q","documents":["a","b","c"]}""", capture.Input);
        Assert.StartsWith("[{", capture.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rerank_index_outside_the_documents_is_an_invalid_response()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"results":[{"index":3,"relevance_score":1}]}"""));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Face<IRerankProvider>(Provider(server, OpenAIProfile.Compatible)).RerankAsync(Call(), "q", ["a"], null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidResponse, e.Kind);
    }

    [Fact]
    public async Task A_server_without_rerank_is_not_found()
    {
        await using var server = new RawHttpServer(RawReply.Body(404, """{"error":{"message":"Unknown path"}}"""));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Face<IRerankProvider>(Provider(server, OpenAIProfile.Compatible)).RerankAsync(Call(), "q", ["a"], null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.NotFound, e.Kind);
    }
}
