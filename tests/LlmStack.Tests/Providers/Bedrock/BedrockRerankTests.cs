using System.Text;
using LlmStack.Catalog;
using LlmStack.Providers;
using LlmStack.Providers.Bedrock;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.Bedrock.BedrockWire;

namespace LlmStack.Tests.Providers.Bedrock;

/// <summary>Reranking through InvokeModel.</summary>
public sealed class BedrockRerankTests
{
    private const string Ranked = """{"results":[{"index":1,"relevance_score":0.5},{"index":2,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}""";

    private const string Cohere = "cohere.rerank-v3-5:0";

    private const string Amazon = "amazon.rerank-v1:0";

    private static IRerankProvider Face(RawHttpServer server) =>
        (IRerankProvider)Format.Provider(Wire.Sockets(), new Uri(server.Address, "/")).GetService(typeof(IRerankProvider))!;

    [Theory]
    [InlineData(Cohere, "cohere.rerank-v3-5%3A0", ""","top_n":2,"api_version":2}""")]
    [InlineData(Amazon, "amazon.rerank-v1%3A0", ""","top_n":2}""")]
    [InlineData("arn:aws:bedrock:us-west-2::foundation-model/cohere.rerank-v3-5:0", "arn%3Aaws%3Abedrock%3Aus-west-2%3A%3Afoundation-model%2Fcohere.rerank-v3-5%3A0", ""","top_n":2,"api_version":2}""")]
    public async Task Documents_are_ordered_by_each_vendors_models(string model, string path, string end)
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, Ranked));
        RerankResponse response = await Face(server).RerankAsync(Format.Call(capture, model), "q", ["a", "b", "c"], new RerankOptions { TopN = 2 }, CancellationToken.None);

        Assert.StartsWith($"POST /model/{path}/invoke ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"query":"q","documents":["a","b","c"]""" + end, server.LastBody);
        Assert.Equal([new RerankResult(2, 0.9), new RerankResult(1, 0.5)], response.Results);
        Assert.Null(response.Usage);
        Assert.Equal("""{"query":"q","documents":["a","b","c"]}""", capture.Input);
        Assert.StartsWith("[{", capture.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Cohere, ""","api_version":3,"max_tokens_per_doc":100}""")]
    [InlineData(Amazon, ""","api_version":3,"max_tokens_per_doc":100}""")]
    public async Task Further_fields_are_sent_and_set_the_version(string model, string end)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Ranked));
        await Face(server).RerankAsync(Format.Call(other: model), "q", ["a", "b", "c"], new RerankOptions { AdditionalProperties = new() { ["api_version"] = 3, ["max_tokens_per_doc"] = 100 } }, CancellationToken.None);
        Assert.Equal("""{"query":"q","documents":["a","b","c"]""" + end, server.LastBody);
    }

    [Fact]
    public async Task A_body_without_options_is_captured_whole()
    {
        var capture = new CaptureStub();
        await using var server = new RawHttpServer(RawReply.Body(200, Ranked));
        await Face(server).RerankAsync(Format.Call(capture, Amazon), "q", ["a", "b", "c"], null, CancellationToken.None);
        Assert.Equal("""{"query":"q","documents":["a","b","c"]}""", server.LastBody);
        Assert.Equal(server.LastBody, capture.Input);
    }

    [Fact]
    public async Task A_model_without_a_known_body_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Ranked));
        LlmException error = await Assert.ThrowsAsync<LlmException>(async () => await Face(server).RerankAsync(Format.Call(other: "cohere.embed-v4:0"), "q", ["a"], null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("known are amazon.rerank… and cohere.rerank…", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(400, """{"message":"Malformed input request"}""", LlmErrorKind.InvalidRequest)]
    [InlineData(403, """{"message":"You don't have access to the model with the specified model ID."}""", LlmErrorKind.PermissionDenied)]
    [InlineData(429, """{"message":"Too many requests"}""", LlmErrorKind.RateLimited)]
    [InlineData(200, """{"other":1}""", LlmErrorKind.InvalidResponse)]
    [InlineData(200, """{"results":[{"index":1,"relevance_score":0.5}]}""", LlmErrorKind.InvalidResponse)]
    [InlineData(200, """{"results":[""", LlmErrorKind.InvalidResponse)]
    public async Task Failures_have_their_kinds(int status, string body, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Body(status, body));
        LlmException error = await Assert.ThrowsAsync<LlmException>(async () => await Face(server).RerankAsync(Format.Call(other: Amazon), "q", ["a"], null, CancellationToken.None));
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public async Task The_call_is_signed_over_its_own_body()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Ranked));
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 10, 20, 30, TimeSpan.Zero));
        ILlmProvider provider = new BedrockFormat().Create(new ProviderSetup("test", new ProviderOptions { Location = "us-west-2" }, new Uri(server.Address, "/"), Wire.Sockets(), time));
        var call = new ProviderCall(Cohere, new StaticCredential("key-1", "AKID:secret"), null);
        await ((IRerankProvider)provider.GetService(typeof(IRerankProvider))!).RerankAsync(call, "q", ["a", "b", "c"], null, CancellationToken.None);

        List<KeyValuePair<string, string>> headers = [new("host", $"{server.Address.IdnHost}:{server.Address.Port}"), new("x-amz-date", "20261128T102030Z")];
        string canonical = AwsCanonicalRequest.Write("POST", "/model/cohere.rerank-v3-5%3A0/invoke", "", headers, Encoding.UTF8.GetBytes(server.LastBody), out string signed);
        Assert.True(AwsCredential.TryParse("AKID:secret", out AwsCredential credential));
        Assert.Contains("Authorization: " + AwsSignature.Authorization(canonical, signed, credential, "us-west-2", "bedrock", time.GetUtcNow()), server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_falls_back_from_one_vendors_model_to_the_others()
    {
        await using var server = new RawHttpServer(static number => number == 0 ? RawReply.Body(503, """{"message":"busy"}""") : RawReply.Body(200, Ranked));
        await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm
            .AddBedrock(o => { o.ApiKey = "AKID:secret"; o.Location = "us-west-2"; o.Endpoint = server.Address.ToString(); })
            .AddModelGroup("order", static g => g.AddDeployment("bedrock/" + Cohere).AddDeployment("bedrock/" + Amazon, static d => { d.Order = 1; d.Price = new ModelPrice { SearchPerThousand = 1 }; })));
        RerankResponse response = await stack.Client.RerankAsync("order", "q", ["a", "b", "c"]);

        Assert.Equal([2, 1, 0], response.Results.Select(static result => result.Index));
        Assert.Equal("bedrock/" + Amazon, response.GetRoute()!.Deployment);
        Assert.Equal((null, "the provider reported no usage"), (response.GetRoute()!.Cost.Total, response.GetRoute()!.Cost.UnknownReason));
    }
}
