using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Cohere.CohereWire;

namespace LlmStack.Tests.Providers.Cohere;

/// <summary>What is sent against the types of the vendor's SDK.</summary>
public sealed class CohereTypesTests
{
    private static readonly VendorTypes Sdk = VendorTypes.Load("cohere");

    private static readonly HashSet<string> Refused = ["PDF", "PDF by address", "audio"];

    public static TheoryData<string, bool> Names() => RichChats.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public Task Every_conversation_fits(string name, bool stream) =>
        RichChats.AssertFitsAsync(Format, Sdk, "ChatRequest", name, stream, ["command-a-03-2025", "command-a-reasoning-08-2025", "command-a-vision-07-2025", "command-r7b-12-2024"], Refused);

    [Fact]
    public async Task Fields_of_the_service_embeddings_and_rerank_fit()
    {
        var more = new AdditionalPropertiesDictionary
        {
            ["documents"] = RichChats.Json("""["a",{"id":"d","data":{"text":"b"}}]"""),
            ["citation_options"] = RichChats.Json("""{"mode":"FAST"}"""),
            ["safety_mode"] = "STRICT",
            ["logprobs"] = true,
            ["priority"] = 1,
        };
        JsonElement sent = (await RichChats.BodyAsync(Format, "text", stream: true, more: more))!.Value;
        Sdk.AssertFits("ChatRequest", sent);
        Assert.Equal(5, sent.EnumerateObject().Count(field => more.ContainsKey(field.Name)));

        var handler = new BytesHandler("{}"u8.ToArray());
        ILlmProvider provider = Format.Provider(new HttpMessageInvoker(handler));
        await Assert.ThrowsAsync<LlmException>(async () => await ((IEmbeddingProvider)provider.GetService(typeof(IEmbeddingProvider))!).EmbedAsync(
            Format.Call(other: "embed-v4.0"), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 256, AdditionalProperties = new() { ["input_type"] = "search_query", ["truncate"] = "END" } }, CancellationToken.None));
        Sdk.AssertFits("EmbedRequest", RichChats.Json(handler.LastBody!));
        await Assert.ThrowsAsync<LlmException>(async () => await ((IRerankProvider)provider.GetService(typeof(IRerankProvider))!).RerankAsync(
            Format.Call(other: "rerank-v3.5"), "q", ["a", "b"], new RerankOptions { TopN = 1 }, CancellationToken.None));
        Sdk.AssertFits("RerankRequest", RichChats.Json(handler.LastBody!));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[],"top_p":1}""", "$.top_p is no member of ChatRequest")]
    [InlineData("""{"model":"m","messages":[],"tool_choice":"AUTO"}""", "$.tool_choice is \"AUTO\"")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","text":"a"}]}]}""", "$.messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"a"}]}""", "$.messages[0].tool_call_id is missing")]
    [InlineData("""{"messages":[]}""", "$.model is missing")]
    [InlineData("""{"model":"m","messages":[],"max_tokens":"1"}""", "$.max_tokens is \"1\", not integer")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Sdk.Problems("ChatRequest", RichChats.Json(body))), StringComparison.Ordinal);
}
