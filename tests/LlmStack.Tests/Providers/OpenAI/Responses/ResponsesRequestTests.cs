using System.Text.Json;
using LlmStack.Providers;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Responses.ResponsesWire;

namespace LlmStack.Tests.Providers.OpenAI.Responses;

/// <summary>Golden bodies: what exactly is sent.</summary>
public sealed class ResponsesRequestTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement.Clone();

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    private const string Stateless = ""","store":false,"include":["reasoning.encrypted_content"]""";

    private static async Task<string> InputAsync(params ChatMessage[] messages)
    {
        using JsonDocument body = JsonDocument.Parse(await Format.BodyAsync(Answer, messages: messages));
        return body.RootElement.GetProperty("input").GetRawText();
    }

    [Fact]
    public async Task The_least_body_keeps_nothing_on_the_server_and_asks_for_encrypted_reasoning() =>
        Assert.Equal($$"""{"model":"gpt-5.4","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]}]{{Stateless}}}""", await Format.BodyAsync(Answer));

    [Fact]
    public async Task Every_option_has_its_field()
    {
        var options = new ChatOptions
        {
            Instructions = "Be brief",
            MaxOutputTokens = 100,
            Tools = [Weather],
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            AllowMultipleToolCalls = false,
            Temperature = 0.5f,
            TopP = 0.9f,
            Reasoning = new() { Effort = ReasoningEffort.None, Output = ReasoningOutput.Summary },
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "city"),
            AdditionalProperties = new() { ["verbosity"] = "low", ["top_logprobs"] = 2, ["service_tier"] = "flex", ["include"] = new[] { "web_search_call.results" } },
        };

        Assert.Equal(
            """{"model":"gpt-5.4","instructions":"Be brief","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]}],"tools":[{"type":"function","name":"weather","description":"Tells the weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":false}],"tool_choice":{"type":"function","name":"weather"},"parallel_tool_calls":false,"store":false,"include":["reasoning.encrypted_content","message.output_text.logprobs","web_search_call.results"],"temperature":0.5,"top_p":0.9,"max_output_tokens":100,"top_logprobs":2,"reasoning":{"effort":"none","summary":"auto"},"text":{"format":{"type":"json_schema","name":"city","schema":{"type":"object","properties":{"city":{"type":"string"}}},"strict":false},"verbosity":"low"},"service_tier":"flex"}""",
            await Format.BodyAsync(Answer, options));
    }

    [Fact]
    public async Task What_the_format_or_the_model_cannot_take_is_dropped_and_listed()
    {
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, new ChatOptions { Temperature = 1, TopK = 3, Seed = 1, FrequencyPenalty = 1, PresencePenalty = 1, StopSequences = ["x"] }, call: call);

        Assert.EndsWith(Stateless + "}", body, StringComparison.Ordinal);
        Assert.Equal(
            ["temperature: dropped, the model refuses it", "top_k: dropped, the format has no such field", "seed: dropped, the format has no such field", "frequency_penalty: dropped, the format has no such field", "presence_penalty: dropped, the format has no such field", "stop: dropped, the format has no such field"],
            call.Report.Changes!);
    }

    [Fact]
    public async Task Strict_schemas_are_rewritten_for_strict_mode()
    {
        string body = await Format.BodyAsync(Answer, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema), AdditionalProperties = new() { ["strict"] = true } });

        Assert.Contains("\"additionalProperties\":false", body, StringComparison.Ordinal);
        Assert.Contains("\"strict\":true", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_without_a_schema_is_an_object() =>
        Assert.EndsWith(""","text":{"format":{"type":"json_object"}}}""", await Format.BodyAsync(Answer, new ChatOptions { ResponseFormat = ChatResponseFormat.Json }), StringComparison.Ordinal);

    [Theory]
    [InlineData("resp_9", "\"previous_response_id\":\"resp_9\"")]
    [InlineData("conv_9", "\"conversation\":\"conv_9\"")]
    public async Task A_conversation_is_continued_by_its_id_and_kept(string id, string field)
    {
        var options = new ChatOptions { ConversationId = id };
        string body = await Format.BodyAsync(Answer, options);

        Assert.Contains($"\"store\":true,{field}", body, StringComparison.Ordinal);
        Assert.Equal("resp_1", (await Format.ChatAsync(Answer, options)).ConversationId);
    }

    [Fact]
    public async Task Calls_results_and_texts_become_items_in_order()
    {
        string input = await InputAsync(
            new ChatMessage(ChatRole.System, "S"),
            new ChatMessage(ChatRole.User, "U"),
            new ChatMessage(ChatRole.Assistant, [new TextContent("A"), new FunctionCallContent("call_1", "f", new Dictionary<string, object?> { ["a"] = 1 }), new TextContent("B")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call_1", new Dictionary<string, object?> { ["r"] = true })]),
            new ChatMessage(ChatRole.Assistant, [new ErrorContent("No") { ErrorCode = "Refusal" }]));

        Assert.Equal(
            """[{"type":"message","role":"developer","content":[{"type":"input_text","text":"S"}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"U"}]},{"type":"message","role":"assistant","content":"A"},{"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},{"type":"message","role":"assistant","content":"B"},{"type":"function_call_output","call_id":"call_1","output":"{\"r\":true}"},{"type":"message","role":"assistant","content":"No"}]""",
            input);
    }

    [Fact]
    public async Task Media_become_parts()
    {
        string input = await InputAsync(new ChatMessage(ChatRole.User,
        [
            new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new UriContent("http://x/i.png", "image/png"), new UriContent("http://x/d.pdf", "application/pdf"),
            new DataContent(new byte[] { 1 }, "application/pdf") { Name = "d.pdf" }, new HostedFileContent("file-1"), new HostedFileContent("file-2") { MediaType = "image/png" },
        ]));

        Assert.Equal(
            """[{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,AQID","detail":"auto"},{"type":"input_image","image_url":"http://x/i.png","detail":"auto"},{"type":"input_file","file_url":"http://x/d.pdf"},{"type":"input_file","filename":"d.pdf","file_data":"data:application/pdf;base64,AQ=="},{"type":"input_file","file_id":"file-1"},{"type":"input_image","file_id":"file-2","detail":"auto"}]}]""",
            input);
        Assert.Contains("'audio/wav'", (await Format.RefusalAsync(null, [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_of_the_model_are_shown_to_it_by_the_user()
    {
        ProviderCall call = Format.Call();
        ChatMessage[] messages = [new(ChatRole.Assistant, [new TextContent("A"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new TextContent("B")]), new(ChatRole.User, "U")];
        string body = await Format.BodyAsync(Answer, messages: messages, call: call);

        Assert.Contains(
            ""","input":[{"type":"message","role":"assistant","content":"A"},{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,AQID","detail":"auto"}]},{"type":"message","role":"assistant","content":"B"},{"type":"message","role":"user","content":[{"type":"input_text","text":"U"}]}]""",
            body,
            StringComparison.Ordinal);
        Assert.Contains("messages: images and files of the assistant moved into a message of the user, the format allows only text of the assistant", call.Report.Changes!);
    }

    [Fact]
    public async Task Tools_that_the_provider_runs_have_their_types_and_further_fields()
    {
        var options = new ChatOptions
        {
            Tools =
            [
                new HostedWebSearchTool(new Dictionary<string, object?> { ["search_context_size"] = "low" }),
                new HostedFileSearchTool { Inputs = [new HostedVectorStoreContent("vs_1")], MaximumResultCount = 3 },
                new HostedCodeInterpreterTool { Inputs = [new HostedFileContent("file-1")] },
                new HostedMcpServerTool("docs", "https://mcp.example") { AllowedTools = ["find"], ApprovalMode = HostedMcpServerToolApprovalMode.NeverRequire },
            ],
        };

        Assert.Contains(
            ""","tools":[{"type":"web_search","search_context_size":"low"},{"type":"file_search","max_num_results":3,"vector_store_ids":["vs_1"]},{"type":"code_interpreter","container":{"type":"auto","file_ids":["file-1"]}},{"type":"mcp","server_label":"docs","server_url":"https://mcp.example","allowed_tools":["find"],"require_approval":"never"}]""",
            await Format.BodyAsync(Answer, options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_of_the_providers_own_tools_go_back_raw_and_other_vendors_state_is_dropped()
    {
        const string Search = """{"type":"web_search_call","id":"ws_1","status":"completed"}""";
        ChatResponse answer = await Format.ChatAsync(Answer.Replace("\"output\":[", $"\"output\":[{Search},", StringComparison.Ordinal));
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, messages: [.. answer.Messages, new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("x") { ProtectedData = "anthropic:sig" }]), new ChatMessage(ChatRole.User, "U")], call: call);

        Assert.Contains($"[{Search},", body, StringComparison.Ordinal);
        Assert.DoesNotContain("sig", body, StringComparison.Ordinal);
        Assert.Contains("reasoning state: dropped, it belongs to another vendor", call.Report.Changes!);
    }

    [Fact]
    public async Task Background_responses_are_refused_before_anything_is_sent() =>
        Assert.Contains("AllowBackgroundResponses", (await Format.RefusalAsync(new ChatOptions { AllowBackgroundResponses = true })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_number_that_is_none_is_refused_by_name() =>
        Assert.Contains("temperature", (await Format.RefusalAsync(new ChatOptions { Temperature = float.NaN })).Message, StringComparison.Ordinal);
}
