using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Anthropic.AnthropicWire;

namespace LlmStack.Tests.Providers.Anthropic;

/// <summary>The bodies that are sent, and what is listed when a wish could not be carried out.</summary>
public sealed class AnthropicRequestTests
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("get_weather", "Weather.", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Fact]
    public async Task A_conversation_is_written_as_blocks_of_alternating_turns()
    {
        string body = await BodyAsync(
            [
                new(ChatRole.System, "Be brief."),
                new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new UriContent("https://a.example/b.jpg", "image/jpeg")]),
                new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("toolu_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Köln" })]),
                new(ChatRole.Tool, [new FunctionResultContent("toolu_1", new Dictionary<string, int> { ["c"] = 20 })]),
                new(ChatRole.User, "And now?"),
            ],
            new ChatOptions { Instructions = "Speak German.", Tools = [Weather], MaxOutputTokens = 100 });

        Assert.Equal(
            """{"tools":[{"name":"get_weather","description":"Weather.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],"""
            + "\"system\":[{\"type\":\"text\",\"text\":\"Speak German.\"},{\"type\":\"text\",\"text\":\"Be brief.\"}],"
            + "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is this?\"},{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AQID\"}},{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a.example/b.jpg\"}}]},"
            + """{"role":"assistant","content":[{"type":"text","text":"Let me look."},{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Köln"}}]},"""
            + """{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"{\"c\":20}"},{"type":"text","text":"And now?"}]}],"""
            + "\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100}",
            body);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", true, 64_000)]
    [InlineData("claude-sonnet-4-5", false, 21_333)]
    [InlineData("claude-3-5-haiku", false, 8192)]
    [InlineData("qwen-local", true, 4096)]
    public async Task The_most_output_tokens_are_always_sent(string model, bool stream, int expected)
    {
        string body = await BodyAsync(Wire.Hello, null, Call(model), stream);

        Assert.Contains($"\"max_tokens\":{expected}", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", ""","temperature":0.5,"top_k":5""", "top_p: dropped, the model takes one of temperature and top_p")]
    [InlineData("claude-opus-4-7", "", "temperature: dropped, the model refuses it|top_p: dropped, the model refuses it|top_k: dropped, the model refuses it")]
    [InlineData("claude-unheard-of", "", "temperature: dropped, the model refuses it|top_p: dropped, the model refuses it|top_k: dropped, the model refuses it")]
    [InlineData("qwen-local", ""","temperature":0.5,"top_p":0.9,"top_k":5""", "")]
    public async Task Sampling_is_sent_to_models_that_take_it(string model, string expected, string dropped)
    {
        ProviderCall call = Call(model);
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10, Temperature = 0.5f, TopP = 0.9f, TopK = 5 }, call);

        Assert.EndsWith($"\"max_tokens\":10{expected}}}", body, StringComparison.Ordinal);
        Assert.Equal(dropped, string.Join('|', call.Report.Changes ?? []));
    }

    [Fact]
    public async Task The_newer_version_of_the_API_gets_no_sampling_and_its_own_header()
    {
        var handler = new HeadersHandler();
        ProviderCall call = Call();
        await Assert.ThrowsAsync<LlmException>(async () => await Provider(new HttpMessageInvoker(handler), options: new ProviderOptions { ApiVersion = "2026-10-21" })
            .ChatAsync(call, Wire.Hello, new ChatOptions { Temperature = 0.5f }, CancellationToken.None));

        Assert.Equal("2026-10-21", handler.Headers["anthropic-version"]);
        Assert.Equal(["temperature: dropped, this version of the API has no such field"], call.Report.Changes);
    }

    [Fact]
    public async Task The_key_and_the_usual_version_are_headers()
    {
        var handler = new HeadersHandler();
        await Assert.ThrowsAsync<LlmException>(async () => await Provider(new HttpMessageInvoker(handler), new Uri("http://test/v1"), new ProviderOptions { Headers = { ["anthropic-beta"] = "a,b" } })
            .ChatAsync(Call(), Wire.Hello, null, CancellationToken.None));

        Assert.Equal("http://test/v1/messages", handler.Address);
        Assert.Equal(("sk-ant-secret", "2023-06-01", "a,b"), (handler.Headers["x-api-key"], handler.Headers["anthropic-version"], handler.Headers["anthropic-beta"]));
        Assert.DoesNotContain("Authorization", handler.Headers.Keys);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", ReasoningEffort.Medium, null, "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5000}", null)]
    [InlineData("claude-opus-4-5", ReasoningEffort.High, null, "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":7500},\"output_config\":{\"effort\":\"high\"}", null)]
    [InlineData("claude-opus-4-6", ReasoningEffort.High, null, "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"high\"}", null)]
    [InlineData("claude-opus-5-5", ReasoningEffort.ExtraHigh, ReasoningOutput.Summary, "\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"},\"output_config\":{\"effort\":\"xhigh\"}", null)]
    [InlineData("claude-opus-5-5", ReasoningEffort.Low, ReasoningOutput.None, "\"thinking\":{\"type\":\"adaptive\",\"display\":\"omitted\"},\"output_config\":{\"effort\":\"low\"}", null)]
    [InlineData("claude-haiku-5-5", ReasoningEffort.None, null, "\"thinking\":{\"type\":\"disabled\"}", null)]
    [InlineData("claude-sonnet-5-5", ReasoningEffort.None, null, "\"thinking\":{\"type\":\"between_tools\"},\"output_config\":{\"effort\":\"low\"}", "Reasoning.Effort: the model always thinks, so the least effort is sent instead of None")]
    [InlineData("claude-fable-5-1", ReasoningEffort.None, null, "\"output_config\":{\"effort\":\"low\"}", "Reasoning.Effort: the model always thinks, so the least effort is sent instead of None")]
    [InlineData("claude-3-5-sonnet", ReasoningEffort.High, null, "", "Reasoning: dropped, the model does not think")]
    public async Task Thinking_is_told_in_the_model_s_own_way(string model, ReasoningEffort effort, ReasoningOutput? output, string expected, string? change)
    {
        ProviderCall call = Call(model);
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10_000, Reasoning = new ReasoningOptions { Effort = effort, Output = output } }, call);

        Assert.EndsWith($"\"max_tokens\":10000{(expected.Length > 0 ? "," : "")}{expected}}}", body, StringComparison.Ordinal);
        Assert.Equal(change is null ? null : [change], call.Report.Changes);
    }

    [Fact]
    public async Task A_budget_too_small_for_thoughts_drops_them()
    {
        ProviderCall call = Call();
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 1024, Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } }, call);

        Assert.DoesNotContain("thinking", body, StringComparison.Ordinal);
        Assert.Contains("MaxOutputTokens is 1024", Assert.Single(call.Report.Changes!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_tool_loop_that_another_vendor_began_no_thoughts_are_asked_for()
    {
        ProviderCall call = Call();
        string body = await BodyAsync(
            [new(ChatRole.User, "Hi"), new(ChatRole.Assistant, [new FunctionCallContent("call|1", "get_weather")]), new(ChatRole.Tool, [new FunctionResultContent("call|1", "20")])],
            new ChatOptions { Tools = [Weather], Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } },
            call);

        Assert.DoesNotContain("thinking", body, StringComparison.Ordinal);
        Assert.DoesNotContain("call|1", body, StringComparison.Ordinal);
        string id = JsonElement.Parse(body).GetProperty("messages")[1].GetProperty("content")[0].GetProperty("id").GetString()!;
        Assert.Equal(id, JsonElement.Parse(body).GetProperty("messages")[2].GetProperty("content")[0].GetProperty("tool_use_id").GetString());
        Assert.Equal(2, call.Report.Changes!.Count);
    }

    [Theory]
    [InlineData("auto", null, "\"tool_choice\":{\"type\":\"auto\"}")]
    [InlineData("none", null, "\"tool_choice\":{\"type\":\"none\"}")]
    [InlineData("any", false, "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}")]
    [InlineData("get_weather", null, "\"tool_choice\":{\"type\":\"tool\",\"name\":\"get_weather\"}")]
    [InlineData(null, false, "\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}")]
    public async Task The_choice_among_tools_has_its_words(string? mode, bool? several, string expected)
    {
        ChatToolMode? toolMode = mode switch { null => null, "auto" => ChatToolMode.Auto, "none" => ChatToolMode.None, "any" => ChatToolMode.RequireAny, _ => ChatToolMode.RequireSpecific(mode) };
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10, Tools = [Weather], ToolMode = toolMode, AllowMultipleToolCalls = several });

        Assert.EndsWith($"\"max_tokens\":10,{expected}}}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_forced_is_asked_in_words()
    {
        ProviderCall call = Call("claude-opus-5-5");
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10, Tools = [Weather], ToolMode = ChatToolMode.RequireSpecific("get_weather") }, call);

        Assert.Contains("\"system\":[{\"type\":\"text\",\"text\":\"Call the tool get_weather before you answer.\"}]", body, StringComparison.Ordinal);
        Assert.Contains("\"tool_choice\":{\"type\":\"auto\"}", body, StringComparison.Ordinal);
        Assert.Equal(["ToolMode: emulated by an instruction, the model cannot be forced to call a tool"], call.Report.Changes);
    }

    [Fact]
    public async Task A_schema_is_sent_natively_where_the_model_has_it()
    {
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10, ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""")) });

        Assert.EndsWith(""","output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false,"required":["a"]}}}}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elsewhere_a_tool_carries_the_schema_and_its_arguments_are_the_answer()
    {
        ProviderCall call = Call("claude-sonnet-4-0");
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""")) };
        string body = await BodyAsync(Wire.Hello, options, call);
        ChatResponse answer = await ChatAsync("""{"type":"message","id":"m","content":[{"type":"tool_use","id":"t","name":"answer_in_json","input":{"a":1}}],"stop_reason":"tool_use"}""", options, Call("claude-sonnet-4-0"));

        Assert.Contains("\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer_in_json\"}", body, StringComparison.Ordinal);
        Assert.Equal("""{"a":1}""", answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Empty(answer.Messages[0].Contents.OfType<FunctionCallContent>());
    }

    [Fact]
    public async Task The_arguments_of_that_tool_stream_as_text()
    {
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}""")) };
        byte[] stream = System.Text.Encoding.UTF8.GetBytes(Events(Start, Begin(0, """{"type":"tool_use","id":"t","name":"answer_in_json","input":{}}"""), Delta(0, """{"type":"input_json_delta","partial_json":"{\"a\":"}"""), Delta(0, """{"type":"input_json_delta","partial_json":"1}"}"""), End(), Finish("\"tool_use\""), Stop));
        List<ChatResponseUpdate> updates = await Wire.CollectAsync(Provider(new HttpMessageInvoker(new BytesHandler(stream))).ChatStreamingAsync(Call("claude-sonnet-4-0"), Wire.Hello, options, CancellationToken.None));

        Assert.Equal("""{"a":1}""", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Marks_for_the_cache_are_written_where_the_caller_put_them_and_never_more_than_four()
    {
        ProviderCall call = Call();
        TextContent Marked(string text, object mark) => new(text) { AdditionalProperties = new() { ["cache_control"] = mark } };
        string body = await BodyAsync(
            [
                new(ChatRole.System, [Marked("s", "1h")]),
                new(ChatRole.User, [Marked("a", true), Marked("b", JsonElement.Parse("""{"type":"ephemeral","ttl":"5m"}""")), Marked("c", "ephemeral"), Marked("d", "5m")]),
            ],
            null,
            call);

        Assert.Contains("""{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}""", body, StringComparison.Ordinal);
        Assert.Contains("""{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"5m"}},{"type":"text","text":"c","cache_control":{"type":"ephemeral"}},{"type":"text","text":"d"}""", body, StringComparison.Ordinal);
        Assert.Equal(["cache_control: dropped, the format takes 4 in one request"], call.Report.Changes);
    }

    [Fact]
    public async Task Documents_and_tool_results_with_pictures_have_their_blocks()
    {
        string body = await BodyAsync(
            [
                new(ChatRole.User, [new DataContent(new byte[] { 1 }, "application/pdf") { Name = "a.pdf", AdditionalProperties = new() { ["citations"] = true, ["context"] = "c" } }, new DataContent("hi"u8.ToArray(), "text/plain"), new UriContent("https://a.example/b.pdf", "application/pdf"), new HostedFileContent("file_1")]),
                new(ChatRole.Assistant, [new FunctionCallContent("t", "f")]),
                new(ChatRole.Tool, [new FunctionResultContent("t", new List<AIContent> { new TextContent("x"), new DataContent(new byte[] { 2 }, "image/png") }), new FunctionResultContent("u", null) { Exception = new InvalidOperationException("broken") }]),
            ],
            call: Unrepaired());

        Assert.Contains("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AQ=="},"title":"a.pdf","context":"c","citations":{"enabled":true}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"}},{"type":"document","source":{"type":"url","url":"https://a.example/b.pdf"}},{"type":"document","source":{"type":"file","file_id":"file_1"}}""", body, StringComparison.Ordinal);
        Assert.Contains("""{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"Ag=="}}]},{"type":"tool_result","tool_use_id":"u","content":"broken","is_error":true}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_of_the_provider_are_sent_with_their_fields()
    {
        string body = await BodyAsync(Wire.Hello, new ChatOptions { Tools = [new HostedWebSearchTool(new Dictionary<string, object?> { ["max_uses"] = 3 }), new HostedCodeInterpreterTool()] });

        Assert.Contains("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":3},{\"type\":\"code_execution_20250825\",\"name\":\"code_execution\"}]", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_format_does_not_have_is_dropped_and_listed()
    {
        ProviderCall call = Call();
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10, Seed = 1, FrequencyPenalty = 1, PresencePenalty = 1, Temperature = 1.5f, StopSequences = ["\n", "END"] }, call);

        Assert.EndsWith("\"max_tokens\":10,\"temperature\":1,\"stop_sequences\":[\"END\"]}", body, StringComparison.Ordinal);
        Assert.Equal(
            ["seed: dropped, the format has no such field", "frequency_penalty: dropped, the format has no such field", "presence_penalty: dropped, the format has no such field", "temperature: lowered to 1, the format's most", "stop_sequences: dropped, the format takes no sequence of blanks alone"],
            call.Report.Changes);
    }

    [Fact]
    public async Task Further_fields_go_along_and_those_of_options_cannot_be_set_twice()
    {
        string body = await BodyAsync(Wire.Hello, new ChatOptions { MaxOutputTokens = 10, AdditionalProperties = new() { ["service_tier"] = "standard_only", ["metadata"] = JsonElement.Parse("""{"user_id":"u"}""") } });
        LlmException twice = await Assert.ThrowsAsync<LlmException>(async () => await ChatAsync("{}", new ChatOptions { AdditionalProperties = new() { ["max_tokens"] = 5 } }));

        Assert.EndsWith("\"max_tokens\":10,\"service_tier\":\"standard_only\",\"metadata\":{\"user_id\":\"u\"}}", body, StringComparison.Ordinal);
        Assert.Equal(LlmErrorKind.InvalidRequest, twice.Kind);
    }

    [Theory]
    [InlineData("bad name")]
    [InlineData("")]
    public async Task A_tool_name_that_would_be_refused_is_an_error_before_the_call(string name)
    {
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration(name.Length == 0 ? new string('a', 129) : name, null, JsonElement.Parse("{}"));
        LlmException failure = await Assert.ThrowsAsync<LlmException>(async () => await ChatAsync("{}", new ChatOptions { Tools = [tool] }));

        Assert.Equal(LlmErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains(tool.Name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_of_other_vendors_is_dropped_and_listed()
    {
        ProviderCall call = Call();
        var foreign = new TextReasoningContent("hm") { ProtectedData = "x", AdditionalProperties = new() { ["llmstack.origin"] = "gemini" } };
        string body = await BodyAsync([new(ChatRole.User, "a"), new(ChatRole.Assistant, [foreign, new TextContent("b")]), new(ChatRole.User, "c")], null, call);

        Assert.Contains("""{"role":"assistant","content":[{"type":"text","text":"b"}]}""", body, StringComparison.Ordinal);
        Assert.Equal(["reasoning state: dropped, it belongs to another vendor"], call.Report.Changes);
    }

    private static ProviderCall Unrepaired()
    {
        ProviderCall call = Call();
        call.RepairHistory = false;
        return call;
    }

    [Fact]
    public async Task The_trace_gets_the_bytes_that_were_sent()
    {
        var capture = new CaptureStub();
        await BodyAsync([new(ChatRole.System, "s"), new(ChatRole.User, "Hello")], new ChatOptions { Tools = [Weather], Temperature = 1 }, Call(capture: capture));

        JsonElement input = JsonElement.Parse(capture.Input!);
        Assert.Equal(["tools", "system", "messages"], input.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task The_trace_gets_media_in_the_shape_it_knows()
    {
        var capture = new CaptureStub();
        await BodyAsync([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], null, Call(capture: capture));

        Assert.Contains("image_url", capture.Input, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-ant-api03-key", "x-api-key", "sk-ant-api03-key")]
    [InlineData("sk-ant-oat01-token", "Authorization", "Bearer sk-ant-oat01-token")]
    [InlineData("eyJhbGciOiJ.eyJhdWQi.c2lnbmF0dXJl", "Authorization", "Bearer eyJhbGciOiJ.eyJhdWQi.c2lnbmF0dXJl")]
    public async Task A_token_goes_where_tokens_go_however_it_was_come_by(string secret, string header, string value)
    {
        var handler = new HeadersHandler();
        var call = new ProviderCall(AnthropicWire.Model, new StaticCredential("fetched", secret));
        await Assert.ThrowsAsync<LlmException>(async () => await AnthropicWire.Provider(new HttpMessageInvoker(handler)).ChatAsync(call, Wire.Hello, null, CancellationToken.None));
        Assert.Equal(value, handler.Headers[header]);
        Assert.False(handler.Headers.ContainsKey(header == "x-api-key" ? "Authorization" : "x-api-key"));
    }
}
