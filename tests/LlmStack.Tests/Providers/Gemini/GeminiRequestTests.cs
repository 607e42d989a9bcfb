using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Gemini.GeminiWire;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>The bodies that are sent, and what is listed when a wish could not be carried out.</summary>
public sealed class GeminiRequestTests
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("get_weather", "Weather.", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Fact]
    public async Task A_conversation_is_written_as_contents_of_alternating_roles()
    {
        ProviderCall call = Call("gemini-2.5-flash");
        string body = await BodyAsync(
            [
                new(ChatRole.System, "Be brief."),
                new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new UriContent("https://a.example/b.mp4", "video/mp4")]),
                new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("c1", "get_weather", new Dictionary<string, object?> { ["city"] = "Köln" }), new FunctionCallContent("gemini-r1-0", "get_time")]),
                new(ChatRole.Tool, [new FunctionResultContent("c1", JsonElement.Parse("""{"c":20}""")), new FunctionResultContent("gemini-r1-0", "noon")]),
                new(ChatRole.User, "And now?"),
            ],
            new ChatOptions { Instructions = "Speak German.", Tools = [Weather] },
            call);

        Assert.Equal(
            """{"systemInstruction":{"parts":[{"text":"Speak German.\n\nBe brief."}]},"contents":[{"role":"user","parts":[{"text":"What is this?"},{"inlineData":{"mimeType":"image/png","data":"AQID"}},{"fileData":{"mimeType":"video/mp4","fileUri":"https://a.example/b.mp4"}}]},"""
            + """{"role":"model","parts":[{"text":"Let me look."},{"functionCall":{"id":"c1","name":"get_weather","args":{"city":"Köln"}}},{"functionCall":{"name":"get_time","args":{}}}]},"""
            + """{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"get_weather","response":{"c":20}}},{"functionResponse":{"name":"get_time","response":{"result":"noon"}}},{"text":"And now?"}]}],"""
            + "\"tools\":[{\"functionDeclarations\":[{\"name\":\"get_weather\",\"description\":\"Weather.\",\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}]}],\"generationConfig\":{}}",
            body);
    }

    [Fact]
    public async Task The_key_is_a_header_and_the_model_is_in_the_address()
    {
        var handler = new HeadersHandler();
        await Assert.ThrowsAsync<LlmException>(async () => await Provider(new HttpMessageInvoker(handler)).ChatAsync(Call(), Wire.Hello, null, CancellationToken.None));
        string plain = handler.Address!;
        await Assert.ThrowsAsync<LlmException>(() => Wire.CollectAsync(Provider(new HttpMessageInvoker(handler)).ChatStreamingAsync(Call("tunedModels/a b"), Wire.Hello, null, CancellationToken.None)));

        Assert.Equal("http://test/v1beta/models/gemini-3-pro:generateContent", plain);
        Assert.Equal("http://test/v1beta/tunedModels/a%20b:streamGenerateContent?alt=sse", handler.Address);
        Assert.Equal("AIza-secret", handler.Headers["x-goog-api-key"]);
        Assert.DoesNotContain("Authorization", handler.Headers.Keys);
    }

    [Theory]
    [InlineData("gemini-3-pro", ReasoningEffort.Low, null, "\"thinkingConfig\":{\"thinkingLevel\":\"LOW\"}", null)]
    [InlineData("gemini-3-flash", ReasoningEffort.Medium, ReasoningOutput.Summary, "\"thinkingConfig\":{\"thinkingLevel\":\"MEDIUM\",\"includeThoughts\":true}", null)]
    [InlineData("gemini-3-flash", ReasoningEffort.None, null, "\"thinkingConfig\":{\"thinkingLevel\":\"MINIMAL\"}", "Reasoning.Effort: the model always thinks, so the least level is sent instead of None")]
    [InlineData("gemini-2.5-flash", ReasoningEffort.None, null, "\"thinkingConfig\":{\"thinkingBudget\":0}", null)]
    [InlineData("gemini-2.5-pro", ReasoningEffort.None, null, "\"thinkingConfig\":{\"thinkingBudget\":128}", "Reasoning.Effort: the model always thinks, so the least budget is sent instead of None")]
    [InlineData("gemini-2.5-pro", ReasoningEffort.ExtraHigh, ReasoningOutput.None, "\"thinkingConfig\":{\"thinkingBudget\":32768,\"includeThoughts\":false}", null)]
    [InlineData("gemini-2.0-flash", ReasoningEffort.High, null, "", "Reasoning: dropped, the model does not think")]
    public async Task Thinking_is_told_by_level_or_budget_by_generation(string model, ReasoningEffort effort, ReasoningOutput? output, string expected, string? change)
    {
        ProviderCall call = Call(model);
        string body = await BodyAsync(Wire.Hello, new ChatOptions { Reasoning = new ReasoningOptions { Effort = effort, Output = output } }, call);

        Assert.EndsWith("\"generationConfig\":{" + expected + "}}", body, StringComparison.Ordinal);
        Assert.Equal(change is null ? null : [change], call.Report.Changes);
    }

    [Theory]
    [InlineData("gemini-3-pro", "\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":[\"object\",\"null\"],\"properties\":{\"a\":{\"enum\":[\"x\"]}}}")]
    [InlineData("gemini-2.0-flash", "\"responseMimeType\":\"application/json\",\"responseSchema\":{\"type\":\"object\",\"nullable\":true,\"properties\":{\"a\":{\"enum\":[\"x\"],\"type\":\"string\"}}}")]
    public async Task A_schema_is_sent_in_the_dialect_of_the_generation(string model, string expected)
    {
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":["object","null"],"properties":{"a":{"const":"x"}}}""")) };
        string body = await BodyAsync(Wire.Hello, options, Call(model));

        Assert.Equal(JsonElement.Parse("{" + expected + "}").EnumerateObject().Select(p => p.Name), JsonElement.Parse(body).GetProperty("generationConfig").EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Old_models_get_a_tool_instead_of_a_schema_beside_tools()
    {
        ProviderCall call = Call("gemini-2.5-flash");
        string body = await BodyAsync(Wire.Hello, new ChatOptions { Tools = [Weather], ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}""")) }, call);

        Assert.DoesNotContain("responseMimeType", body, StringComparison.Ordinal);
        Assert.Contains("answer_in_json", body, StringComparison.Ordinal);
        Assert.Contains("ResponseFormat: emulated by a tool whose arguments are the answer", call.Report.Changes!);
    }

    [Theory]
    [InlineData("auto", "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"AUTO\"}}")]
    [InlineData("none", "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"NONE\"}}")]
    [InlineData("any", "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\"}}")]
    [InlineData("get_weather", "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"get_weather\"]}}")]
    public async Task The_choice_among_tools_has_its_words(string mode, string expected)
    {
        ChatToolMode toolMode = mode switch { "auto" => ChatToolMode.Auto, "none" => ChatToolMode.None, "any" => ChatToolMode.RequireAny, _ => ChatToolMode.RequireSpecific(mode) };
        string body = await BodyAsync(Wire.Hello, new ChatOptions { Tools = [Weather], ToolMode = toolMode });

        Assert.EndsWith(expected + ",\"generationConfig\":{}}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_option_has_its_field()
    {
        ProviderCall call = Call();
        string body = await BodyAsync(
            Wire.Hello,
            new ChatOptions
            {
                Temperature = 0.5f,
                TopP = 0.25f,
                TopK = 5,
                Seed = 1L << 40,
                FrequencyPenalty = 1,
                PresencePenalty = 2,
                MaxOutputTokens = 10,
                StopSequences = ["END"],
                AdditionalProperties = new() { ["n"] = 2, ["logprobs"] = true, ["top_logprobs"] = 3, ["service_tier"] = "flex", ["safetySettings"] = JsonElement.Parse("[]") },
            },
            call);

        Assert.EndsWith(
            "\"generationConfig\":{\"temperature\":0.5,\"topP\":0.25,\"presencePenalty\":2,\"frequencyPenalty\":1,\"topK\":5,\"seed\":256,\"maxOutputTokens\":10,\"stopSequences\":[\"END\"],\"candidateCount\":2,\"responseLogprobs\":true,\"logprobs\":3},\"serviceTier\":\"flex\",\"safetySettings\":[]}",
            body,
            StringComparison.Ordinal);
        Assert.Equal(["seed: folded to 32 bits, the format's size"], call.Report.Changes);
    }

    [Fact]
    public async Task More_stop_sequences_than_the_format_takes_are_an_error_before_the_call()
    {
        LlmException failure = await Assert.ThrowsAsync<LlmException>(async () => await ChatAsync("{}", new ChatOptions { StopSequences = ["a", "b", "c", "d", "e", "f"] }));

        Assert.Equal(LlmErrorKind.InvalidRequest, failure.Kind);
        Assert.Equal("StopSequences: 'f' cannot be sent, the format takes 5.", failure.Message);
    }

    [Fact]
    public async Task Calls_of_another_vendor_carry_the_documented_word_instead_of_a_signature()
    {
        string body = await BodyAsync([new(ChatRole.User, "a"), new(ChatRole.Assistant, [new FunctionCallContent("t1", "f"), new FunctionCallContent("t2", "g")]), new(ChatRole.Tool, [new FunctionResultContent("t1", 1), new FunctionResultContent("t2", null) { Exception = new InvalidOperationException("broken") }])]);

        Assert.Contains("""{"functionCall":{"id":"t1","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"t2","name":"g","args":{}}}""", body, StringComparison.Ordinal);
        Assert.Contains("""{"functionResponse":{"id":"t1","name":"f","response":{"result":1}}},{"functionResponse":{"id":"t2","name":"g","response":{"error":"broken"}}}""", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemini-3-pro", """{"functionResponse":{"id":"c1","name":"look","response":{"result":"Here"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AQID"}}]}}]""", null)]
    [InlineData("gemini-2.5-flash", """{"functionResponse":{"id":"c1","name":"look","response":{"result":"Here"}}},{"inlineData":{"mimeType":"image/png","data":"AQID"}}]""", "messages: images and files of a function result stand beside it, the model reads none inside")]
    public async Task Images_of_a_result_stand_where_the_generation_reads_them(string model, string expected, string? change)
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "a"),
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", new List<AIContent> { new TextContent("Here"), new DataContent(new byte[] { 1, 2, 3 }, "image/png") })]),
        ];
        ProviderCall call = Call(model);

        Assert.Contains(expected, await BodyAsync(messages, call: call), StringComparison.Ordinal);
        Assert.Equal(change is null ? [] : [change], call.Report.Changes ?? []);
    }

    [Fact]
    public async Task Models_without_system_instructions_get_them_in_front_of_the_first_question()
    {
        string body = await BodyAsync([new(ChatRole.System, "s"), new(ChatRole.User, "a")], null, Call("gemma-3-27b-it"));

        Assert.Equal("""{"contents":[{"role":"user","parts":[{"text":"s"},{"text":"a"}]}]}""", body);
    }

    [Fact]
    public async Task Instructions_alone_are_an_error_before_the_call()
    {
        LlmException failure = await Assert.ThrowsAsync<LlmException>(async () => await Provider(new HttpMessageInvoker(new HeadersHandler())).ChatAsync(Call(), [new(ChatRole.System, "s")], null, CancellationToken.None));

        Assert.Equal(LlmErrorKind.InvalidRequest, failure.Kind);
    }

    [Fact]
    public async Task Tools_of_the_provider_are_sent_by_their_names()
    {
        string body = await BodyAsync(Wire.Hello, new ChatOptions { Tools = [new HostedWebSearchTool(), new HostedCodeInterpreterTool()] });

        Assert.Contains("\"tools\":[{\"googleSearch\":{}},{\"codeExecution\":{}}]", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trace_gets_the_shape_it_knows()
    {
        var capture = new CaptureStub();
        ProviderCall call = Call(capture: capture);
        await ChatAsync("""{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"Hi"},{"functionCall":{"name":"f","id":"c","args":{"x":1}}}]},"finishReason":"STOP"}]}""", null, call);

        Assert.Equal("""[{"role":"user","content":"Hello"}]""", capture.Input);
        Assert.Equal("""{"role":"assistant","content":"Hi","reasoning_content":"hm","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}""", capture.Output);
    }

    [Fact]
    public async Task What_the_provider_ran_itself_goes_back_to_it_alone()
    {
        var capture = new CaptureStub();
        ChatResponse answer = await ChatAsync("""{"candidates":[{"content":{"parts":[{"executableCode":{"language":"PYTHON","code":"1"}},{"text":"Hi"}]},"finishReason":"STOP"}]}""");
        ChatMessage[] history = [new(ChatRole.User, "Hello"), .. answer.Messages, new(ChatRole.User, "And?")];
        string own = await BodyAsync(history, null, Call(capture: capture));
        ProviderCall foreign = Wire.Call();
        var bytes = new BytesHandler("{}"u8.ToArray());
        await Assert.ThrowsAsync<LlmException>(async () => await Wire.Provider(new HttpMessageInvoker(bytes)).ChatAsync(foreign, history, null, CancellationToken.None));

        Assert.Contains("""{"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"1"}},{"text":"Hi"}]}""", own, StringComparison.Ordinal);
        Assert.Contains("""{"role":"assistant","content":"Hi"}""", capture.Input, StringComparison.Ordinal);
        Assert.DoesNotContain("PYTHON", bytes.LastBody, StringComparison.Ordinal);
        Assert.Contains("messages: content that only another vendor understands was dropped", foreign.Report.Changes!);
    }

    [Fact]
    public async Task A_whole_answer_has_messages_for_candidates_log_probabilities_and_sources()
    {
        ChatResponse response = await ChatAsync("""{"candidates":[{"index":0,"content":{"parts":[{"text":"A"}]},"finishReason":"STOP","logprobsResult":{"chosenCandidates":[]},"citationMetadata":{"citationSources":[{"startIndex":0,"endIndex":1,"uri":"https://a.example/"}]}},{"index":1,"content":{"parts":[{"text":"B"}]}}],"responseId":"r"}""");

        Assert.Equal(["A", "B"], response.Messages.Select(m => m.Text));
        Assert.Equal(["r", "r-1"], response.Messages.Select(m => m.MessageId));
        Assert.Equal("""{"chosenCandidates":[]}""", response.AdditionalProperties!["logprobs"]!.ToString());
        Assert.Equal("https://a.example/", ((CitationAnnotation)response.Messages[0].Contents[0].Annotations!.Single()).Url!.ToString());
    }
}
