using LlmStack.Calls;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>Inputs are cut by the provider's limits of both count and tokens.</summary>
public sealed class EmbeddingChunkTests
{
    [Theory]
    [InlineData(10, int.MaxValue, new[] { 4 })]
    [InlineData(3, int.MaxValue, new[] { 3, 4 })]
    [InlineData(10, 10, new[] { 2, 3, 4 })]
    [InlineData(10, 1, new[] { 1, 2, 3, 4 })]
    [InlineData(0, 1000, new[] { 1, 2, 3, 4 })]
    public void The_ends_of_the_chunks(int count, int tokens, int[] ends)
    {
        string[] inputs = ["aaa", "bbbbbb", new string('c', 30), "漢字漢字"];
        var provider = new Limits(count, tokens);
        var found = new List<int>();
        for (int start = 0; start < inputs.Length; start = found[^1])
        {
            found.Add(EmbeddingChunk.EndOf(inputs, start, provider));
        }

        Assert.Equal(ends, found);
    }

    [Fact]
    public async Task A_service_with_a_limit_of_tokens_is_asked_several_times_and_the_usage_is_summed()
    {
        await using var server = new RawHttpServer(_ => RawReply.Body(200, """{"data":[{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":7,"total_tokens":7}}"""));
        await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm.AddMistral(o =>
        {
            o.Endpoint = server.Address.ToString();
            o.ApiKey = "k";
        }));
        GeneratedEmbeddings<Embedding<float>> all = await stack.Client.EmbedAsync("mistral/embed", [new string('a', 40_000), new string('b', 40_000)], new EmbeddingGenerationOptions { Dimensions = 8 });
        Assert.Equal(2, all.Count);
        Assert.Equal(14, all.Usage!.InputTokenCount);
        Assert.Equal(2, server.Requests.Count);
        Assert.EndsWith("\"output_dimension\":8}", server.LastBody, StringComparison.Ordinal);
    }

    private sealed class Limits(int count, int tokens) : IEmbeddingProvider
    {
        public int MaxBatchSize => count;

        public int MaxBatchTokens => tokens;

        public ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
