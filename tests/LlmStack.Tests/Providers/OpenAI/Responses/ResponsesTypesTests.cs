using System.Text.Json;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Responses.ResponsesWire;

namespace LlmStack.Tests.Providers.OpenAI.Responses;

/// <summary>What is sent against the types of the vendor's SDK.</summary>
public sealed class ResponsesTypesTests
{
    private static readonly VendorTypes Sdk = VendorTypes.Load("openai-responses");

    private static readonly HashSet<string> Refused = ["audio"];

    public static TheoryData<string, bool> Names() => RichChats.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public Task Every_conversation_fits(string name, bool stream) =>
        RichChats.AssertFitsAsync(Format, Sdk, "CreateResponse", name, stream, ["gpt-5.4", "gpt-4.1", "o3", "gpt-5.4-mini"], Refused);

    [Fact]
    public async Task Fields_and_tools_of_the_service_fit()
    {
        var more = new AdditionalPropertiesDictionary
        {
            ["verbosity"] = "low",
            ["top_logprobs"] = 2,
            ["service_tier"] = "flex",
            ["truncation"] = "auto",
            ["safety_identifier"] = "s",
            ["prompt_cache_key"] = "k",
            ["prompt_cache_retention"] = "24h",
            ["metadata"] = RichChats.Json("""{"a":"b"}"""),
            ["background"] = false,
            ["max_tool_calls"] = 2,
        };
        JsonElement sent = (await RichChats.BodyAsync(Format, "text", stream: true, more: more))!.Value;
        Sdk.AssertFits("CreateResponse", sent);
        Assert.Equal(8, sent.EnumerateObject().Count(field => more.ContainsKey(field.Name)));

        var tools = new ChatOptions
        {
            Tools =
            [
                new HostedWebSearchTool(),
                new HostedCodeInterpreterTool(),
                new HostedFileSearchTool { Inputs = [new HostedVectorStoreContent("vs_1")], MaximumResultCount = 3 },
                new HostedImageGenerationTool(),
                new HostedMcpServerTool("files", "https://example.com/mcp") { AllowedTools = ["read"], ApprovalMode = HostedMcpServerToolApprovalMode.NeverRequire },
            ],
        };
        JsonElement hosted = RichChats.Json(await Format.BodyAsync(Answer, tools));
        Sdk.AssertFits("CreateResponse", hosted);
        Assert.Equal(5, hosted.GetProperty("tools").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"model":"m","input":"a","max_tokens":1}""", "$.max_tokens is no member of CreateResponse")]
    [InlineData("""{"model":"m","input":[{"role":"tool","content":"a"}]}""", "$.input[0]")]
    [InlineData("""{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"text","text":"a"}]}]}""", "$.input[0]")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","output":"a"}]}""", "$.input[0].call_id is missing")]
    [InlineData("""{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]}""", "$.input[0].arguments is {}, not string")]
    [InlineData("""{"model":"m","tools":[{"type":"function","function":{"name":"f"}}]}""", "$.tools[0]")]
    [InlineData("""{"model":"m","reasoning":{"effort":"extreme"}}""", "$.reasoning.effort")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Sdk.Problems("CreateResponse", RichChats.Json(body))), StringComparison.Ordinal);
}
