using System.Text.Json;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Bedrock.BedrockWire;

namespace LlmStack.Tests.Providers.Bedrock;

/// <summary>What is sent against the types of the vendor's SDK.</summary>
public sealed class BedrockTypesTests
{
    private static readonly VendorTypes Sdk = VendorTypes.Load("bedrock-converse");

    private static readonly HashSet<string> Refused = ["image by address", "PDF by address"];

    public static TheoryData<string, bool> Names() => RichChats.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public Task Every_conversation_fits(string name, bool stream) =>
        RichChats.AssertFitsAsync(Format, Sdk, "ConverseRequest", name, stream, [Model, "anthropic.claude-opus-5-5-v1:0", "amazon.nova-pro-v1:0", "mistral.mistral-large-2407-v1:0", "openai.gpt-oss-120b-1:0"], Refused, cacheBreakpoints: true);

    [Fact]
    public async Task Fields_of_the_service_fit()
    {
        var more = new AdditionalPropertiesDictionary
        {
            ["service_tier"] = "flex",
            ["guardrailConfig"] = RichChats.Json("""{"guardrailIdentifier":"g","guardrailVersion":"1","trace":"enabled"}"""),
            ["performanceConfig"] = RichChats.Json("""{"latency":"optimized"}"""),
            ["requestMetadata"] = RichChats.Json("""{"team":"a"}"""),
            ["additionalModelResponseFieldPaths"] = RichChats.Json("""["/stop_sequence"]"""),
        };
        JsonElement sent = (await RichChats.BodyAsync(Format, "text", stream: false, more: more))!.Value;

        Sdk.AssertFits("ConverseRequest", sent);
        Assert.Equal(5, sent.EnumerateObject().Count(static field => field.Name is "guardrailConfig" or "performanceConfig" or "requestMetadata" or "additionalModelResponseFieldPaths" or "serviceTier"));
    }

    [Theory]
    [InlineData("""{"messages":[],"temperature":1}""", "$.temperature is no member of ConverseRequest")]
    [InlineData("""{"messages":[{"role":"tool","content":[]}]}""", "$.messages[0].role is \"tool\", not a word of ConversationRole")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"a","image":{"format":"png","source":{"bytes":"AQ=="}}}]}]}""", "$.messages[0].content[0] has 2 members of ContentBlock")]
    [InlineData("""{"messages":[{"role":"user","content":[{"image":{"format":"bmp","source":{"bytes":"AQ=="}}}]}]}""", "$.messages[0].content[0].image.format is \"bmp\"")]
    [InlineData("""{"messages":[{"role":"user","content":[{"image":{"source":{"bytes":"?"}}}]}]}""", "$.messages[0].content[0].image.source.bytes is \"?\", not base64")]
    [InlineData("""{"messages":[{"role":"user","content":[{"image":{"source":{"bytes":"AQ=="}}}]}]}""", "$.messages[0].content[0].image.format is missing")]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"a/b","name":"f","input":{}}}]}]}""", "$.messages[0].content[0].toolUse.toolUseId is \"a/b\", not ToolUseId")]
    [InlineData("""{"inferenceConfig":{"maxTokens":"5"}}""", "$.inferenceConfig.maxTokens is \"5\"")]
    [InlineData("""{"inferenceConfig":{"temperature":1.5}}""", "$.inferenceConfig.temperature is 1.5")]
    [InlineData("""{"toolConfig":{}}""", "$.toolConfig.tools is missing")]
    [InlineData("""{"system":"S"}""", "$.system is \"S\", not a list")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Sdk.Problems("ConverseRequest", RichChats.Json(body))), StringComparison.Ordinal);
}
