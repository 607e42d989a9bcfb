using System.Text;
using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers;
using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Usages as services write them, in disjoint buckets and in money.</summary>
public sealed class UsageReaderTests
{
    private static UsageBuckets Buckets(string json) => UsageBuckets.From(Read(json, out _)!);

    private static UsageDetails? Read(string json, out decimal? cost)
    {
        var reader = new WireReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        cost = null;
        UsageDetails? usage = UsageReader.Read(ref reader, ref cost);
        Assert.Equal(0, reader.CurrentDepth);
        return usage;
    }

    [Fact]
    public void Audio_of_a_spoken_chat_is_apart_from_its_text()
    {
        UsageBuckets buckets = Buckets("""{"prompt_tokens":17,"completion_tokens":592,"total_tokens":609,"prompt_tokens_details":{"audio_tokens":9,"cached_tokens":0,"text_tokens":8,"image_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":482,"text_tokens":110,"accepted_prediction_tokens":0}}""");
        Assert.Equal(
            (8L, 9L, 110L, 482L, 609L, false),
            (buckets[UsageBucket.Input], buckets[UsageBucket.InputAudio], buckets[UsageBucket.Output], buckets[UsageBucket.OutputAudio], buckets.Total, buckets.Inconsistent));
    }

    [Fact]
    public void Cached_audio_is_apart_from_cached_text()
    {
        UsageBuckets buckets = Buckets("""{"input_tokens":100,"output_tokens":1,"total_tokens":101,"input_token_details":{"text_tokens":40,"audio_tokens":60,"cached_tokens":50,"cached_tokens_details":{"text_tokens":20,"audio_tokens":30}},"output_token_details":{"audio_tokens":1}}""");
        Assert.Equal(
            (20L, 30L, 20L, 30L, 1L, 101L),
            (buckets[UsageBucket.Input], buckets[UsageBucket.InputAudio], buckets[UsageBucket.CacheRead], buckets[UsageBucket.CachedAudio], buckets[UsageBucket.OutputAudio], buckets.Total));
    }

    [Fact]
    public void Sound_billed_by_its_length_is_counted_in_seconds()
    {
        UsageDetails usage = Read("""{"type":"duration","seconds":61.6}""", out _)!;
        Assert.Equal((null, 62L), (usage.InputTokenCount, UsageBuckets.From(usage)[UsageBucket.AudioSeconds]));
        Assert.Equal(0.0062m, CostCalculator.Compute(new ModelPrice { AudioPerHour = 0.36m }, usage, null).Total);
        Assert.Equal(7, Buckets("""{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_audio_seconds":7}""")[UsageBucket.AudioSeconds]);
    }

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"num_cached_tokens":4}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_token_details":{"cached_tokens":4}}""")]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"num_cached_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}""")]
    public void Cached_tokens_are_known_by_every_name_that_a_service_has_for_them(string json)
    {
        UsageBuckets buckets = Buckets(json);
        Assert.Equal((6L, 4L, 5L), (buckets[UsageBucket.Input], buckets[UsageBucket.CacheRead], buckets[UsageBucket.Output]));
    }

    [Fact]
    public async Task Of_several_usages_of_a_stream_the_last_value_of_each_field_holds()
    {
        StreamOutcome outcome = await StreamBytesAsync(Encoding.UTF8.GetBytes(Events(
            """{"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11,"reasoning_tokens":1,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":2}}}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"content":"b"}}],"usage":null}""",
            """{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":null,"completion_tokens":7,"total_tokens":17,"reasoning_tokens":3,"prompt_tokens_details":null}}""",
            """{"id":"c1","choices":[],"usage":{}}""",
            "[DONE]")));

        UsageDetails usage = outcome.Usage!;
        Assert.Equal((10, 7, 17, 4, 3), (usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount));
        Assert.Equal(2, usage.AdditionalCounts!["input_audio_tokens"]);
    }

    [Fact]
    public void Citations_and_searches_are_billed_beside_the_tokens()
    {
        UsageBuckets buckets = Buckets("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"citation_tokens":400,"num_search_queries":3}""");
        Assert.Equal((400L, 3L, 30L), (buckets[UsageBucket.Citation], buckets[UsageBucket.WebSearches], buckets.Total));
    }

    [Fact]
    public void More_cached_tokens_than_input_stand_beside_it()
    {
        UsageBuckets buckets = Buckets("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":100}}""");
        Assert.Equal((10L, 100L, 5L, false), (buckets[UsageBucket.Input], buckets[UsageBucket.CacheRead], buckets[UsageBucket.Output], buckets.Inconsistent));
    }

    [Theory]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":0.0005,"is_byok":false,"cost_details":{"upstream_inference_cost":0.0004}}""", "0.0005")]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":0.0005,"is_byok":true,"cost_details":{"upstream_inference_prompt_cost":1,"upstream_inference_cost":0.01}}""", "0.0105")]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":1.5e-06}""", "0.0000015")]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":{"input_tokens_cost":0.001,"request_cost":0.005,"total_cost":0.006}}""", "0.006")]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost_in_usd_ticks":37756000}""", "0.0037756")]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":-1}""", null)]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":null,"cost_details":null}""", null)]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":1e300}""", null)]
    public void What_the_provider_says_it_costs_is_read(string json, string? expected)
    {
        Assert.NotNull(Read(json, out decimal? cost));
        Assert.Equal(expected is null ? null : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), cost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_reported_cost_reaches_the_attempt(bool streaming)
    {
        const string Costs = "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2,\"cost\":0.25}";
        ProviderCall call = Call();
        if (streaming)
        {
            await using var server = new RawHttpServer(RawReply.Stream(Events(Chunk("a"), Stop, $$"""{"id":"c1","choices":[],{{Costs}}}""", "[DONE]")));
            Assert.Null((await StreamAsync(Provider(server), call)).Failure);
        }
        else
        {
            await using var server = new RawHttpServer(RawReply.Body(200, $$"""{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],{{Costs}}}"""));
            await Provider(server).ChatAsync(call, Hello, null, CancellationToken.None);
        }

        Assert.Equal(0.25m, call.Report.ReportedCost);
    }

    [Theory]
    [InlineData("0.000123", "0.000123")]
    [InlineData("0.0", null)]
    [InlineData("None", null)]
    public async Task A_proxys_header_says_the_cost(string header, string? expected)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}""", $"x-litellm-response-cost: {header}"));
        ProviderCall call = Call();
        await Provider(server).ChatAsync(call, Hello, null, CancellationToken.None);
        Assert.Equal(expected is null ? null : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), call.Report.ReportedCost);
    }

    [Fact]
    public async Task The_reported_costs_of_the_chunks_of_an_embeddings_call_add_up()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"data":[{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":1,"total_tokens":1,"cost":0.5}}"""));
        await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm
            .AddProvider("one", p => p.UseProvider(_ => Provider(server, OpenAIProfile.Compatible with { EmbeddingBatch = 1 })))
            .AddModelGroup("g", g => g.AddDeployment("one/m")));
        GeneratedEmbeddings<Embedding<float>> vectors = await stack.Client.EmbedAsync("g", ["a", "b", "c"]);
        Assert.Equal(1.5m, vectors.GetRoute()!.Cost.Total);
    }
}
