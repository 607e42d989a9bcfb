using System.Text.Json;
using LlmStack.Providers.Gemini;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>What is sent to Gemini and to Vertex AI against the types of the vendor's SDK, and what it gives to either.</summary>
public sealed class GeminiTypesTests
{
    private static readonly VendorTypes Public = VendorTypes.Load("gemini");

    private static readonly VendorTypes Vertex = VendorTypes.Load("vertex");

    private static readonly FormatWire PublicWire = new(static setup => new GeminiFormat().Create(setup), "gemini-3-pro");

    private static readonly FormatWire VertexWire = new(static setup => new VertexFormat().Create(setup), "gemini-3-pro");

    public static TheoryData<string, bool> Names() => RichChats.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_conversation_fits(string name, bool stream)
    {
        foreach (string model in new[] { "gemini-3-pro", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.0-flash", "gemma-3-27b-it" })
        {
            Public.AssertFits("GenerateContentRequest", (await RichChats.BodyAsync(PublicWire, name, stream, model))!.Value);
            Vertex.AssertFits("GenerateContentRequest", (await RichChats.BodyAsync(VertexWire, name, stream, model))!.Value);
        }
    }

    [Fact]
    public async Task Fields_and_tools_of_the_service_fit()
    {
        var more = new AdditionalPropertiesDictionary
        {
            ["service_tier"] = "flex",
            ["cachedContent"] = "cachedContents/1",
            ["safetySettings"] = RichChats.Json("""[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}]"""),
            ["logprobs"] = true,
            ["top_logprobs"] = 3,
            ["n"] = 2,
        };
        JsonElement sent = (await RichChats.BodyAsync(PublicWire, "text", stream: false, more: more))!.Value;
        string hosted = await GeminiWire.BodyAsync([new(ChatRole.User, "a")], new ChatOptions { Tools = [new HostedWebSearchTool(), new HostedCodeInterpreterTool()] });

        Public.AssertFits("GenerateContentRequest", sent);
        Assert.Equal(["cachedContent", "safetySettings"], sent.EnumerateObject().Select(static field => field.Name).Where(static name => name is "cachedContent" or "safetySettings").Order());
        Public.AssertFits("GenerateContentRequest", RichChats.Json(hosted));
        Assert.Contains("googleSearch", hosted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"contents":[],"max_tokens":1}""", "$.max_tokens is no member of GenerateContentRequest")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"inline_data":{}}]}]}""", "$.contents[0].parts[0].inline_data is no member of Part")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":{"name":"f","args":"{}"}}]}]}""", "$.contents[0].parts[0].functionCall.args is \"{}\"")]
    [InlineData("""{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}}}""", "thinkingLevel is \"low\", not a word of ThinkingLevel")]
    [InlineData("""{"contents":[],"generationConfig":{"maxOutputTokens":1.5}}""", "maxOutputTokens is 1.5, not integer")]
    [InlineData("""{"contents":[],"labels":{"a":"b"}}""", "$.labels is no member of GenerateContentRequest")]
    [InlineData("""{"contents":[],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","additionalproperties":false}}]}]}""", "additionalproperties is no member of Schema")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Public.Problems("GenerateContentRequest", RichChats.Json(body))), StringComparison.Ordinal);
}
