using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Golden bodies: what exactly is sent.</summary>
public sealed class ChatRequestTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement.Clone();

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    private static string Body(ChatOptions? options = null, IReadOnlyList<ChatMessage>? messages = null, OpenAIProfile? profile = null, bool stream = false, ProviderCall? call = null)
    {
        using PooledBuffer body = ChatRequestWriter.Write(call ?? Call(), messages ?? Hello, options, profile ?? OpenAIProfile.OpenAI, stream);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static string Messages(params ChatMessage[] messages)
    {
        string body = Body(messages: messages, profile: OpenAIProfile.OpenAI);
        return body["{\"messages\":".Length..body.LastIndexOf(",\"model\"", StringComparison.Ordinal)];
    }

    [Fact]
    public void The_least_body_has_no_nulls() =>
        Assert.Equal("""{"messages":[{"role":"user","content":"Hello"}],"model":"gpt-4.1"}""", Body());

    [Fact]
    public void A_stream_asks_for_usage() =>
        Assert.Equal("""{"messages":[{"role":"user","content":"Hello"}],"model":"gpt-4.1","stream":true,"stream_options":{"include_usage":true}}""", Body(stream: true));

    [Fact]
    public void Every_option_has_its_field()
    {
        var options = new ChatOptions
        {
            ModelId = "never-this-one",
            Instructions = "Be brief",
            Temperature = 0.7f,
            TopP = 0.9f,
            FrequencyPenalty = 0.1f,
            PresencePenalty = -0.5f,
            Seed = 42,
            MaxOutputTokens = 100,
            StopSequences = ["END"],
            ResponseFormat = ChatResponseFormat.Json,
            Tools = [Weather],
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            AllowMultipleToolCalls = false,
            AdditionalProperties = new() { ["logit_bias"] = JsonDocument.Parse("""{"50":-100}""").RootElement, ["user"] = "u", ["llmstack.routing"] = new object(), ["list"] = new[] { "a" } },
        };
        Assert.Equal(
            """{"messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hello"}],"tools":[{"type":"function","function":{"name":"weather","description":"Tells the weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"model":"gpt-4.1","temperature":0.7,"top_p":0.9,"frequency_penalty":0.1,"presence_penalty":-0.5,"seed":42,"max_completion_tokens":100,"stop":["END"],"response_format":{"type":"json_object"},"tool_choice":{"type":"function","function":{"name":"weather"}},"parallel_tool_calls":false,"logit_bias":{"50":-100},"user":"u","list":["a"]}""",
            Body(options));
    }

    [Fact]
    public void Compatible_servers_get_max_tokens_and_top_k()
    {
        string body = Body(new ChatOptions { MaxOutputTokens = 5, TopK = 40 }, profile: OpenAIProfile.Compatible);
        Assert.Contains("\"top_k\":40,\"max_tokens\":5", body, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenAI_drops_top_k_and_says_so()
    {
        ProviderCall call = Call();
        Assert.DoesNotContain("top_k", Body(new ChatOptions { TopK = 40 }, call: call), StringComparison.Ordinal);
        Assert.Equal(["top_k: dropped, the format has no such field"], call.Report.Changes);
    }

    [Theory]
    [InlineData("gpt-5.4-mini", null, true)]
    [InlineData("gpt-5.4-mini", ReasoningEffort.None, false)]
    [InlineData("gpt-5", ReasoningEffort.None, true)]
    [InlineData("gpt-6-sol", ReasoningEffort.None, true)]
    [InlineData("o3", null, true)]
    [InlineData("o4-mini", null, true)]
    [InlineData("ft:gpt-5-mini:org", null, true)]
    [InlineData("gpt-5-chat-latest", null, false)]
    [InlineData("gpt-4o", null, false)]
    [InlineData("gpt-4.1", null, false)]
    [InlineData("omni-moderation", null, false)]
    public void Reasoning_models_get_no_sampling_fields(string model, ReasoningEffort? effort, bool dropped)
    {
        ProviderCall call = Call(model);
        string body = Body(new ChatOptions { Temperature = 1, Reasoning = effort is null ? null : new ReasoningOptions { Effort = effort } }, call: call);
        Assert.Equal(!dropped, body.Contains("temperature", StringComparison.Ordinal));
        Assert.Equal(dropped, call.Report.Changes is not null);
    }

    [Fact]
    public void Reasoning_models_get_the_developer_role_and_effort()
    {
        string body = Body(new ChatOptions { Instructions = "I", Reasoning = new() { Effort = ReasoningEffort.ExtraHigh } }, call: Call("gpt-5.4-mini"));
        Assert.Contains("""{"role":"developer","content":"I"}""", body, StringComparison.Ordinal);
        Assert.Contains("\"reasoning_effort\":\"xhigh\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_is_sent_as_it_stands_and_strict_when_asked()
    {
        var format = ChatResponseFormat.ForJsonSchema(Schema, "answer", "An answer");
        Assert.Contains("""{"type":"json_schema","json_schema":{"name":"answer","description":"An answer","schema":{"type":"object","properties":{"city":{"type":"string"}}}}}""", Body(new ChatOptions { ResponseFormat = format }), StringComparison.Ordinal);
        string strict = Body(new ChatOptions { ResponseFormat = format, AdditionalProperties = new() { ["strict"] = true } });
        Assert.Contains("\"additionalProperties\":false", strict, StringComparison.Ordinal);
        Assert.Contains("\"strict\":true", strict, StringComparison.Ordinal);
    }

    [Fact]
    public void Media_become_content_parts() =>
        Assert.Equal(
            """[{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"input_audio","input_audio":{"data":"AQID","format":"mp3"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AQID"}},{"type":"file","file":{"file_id":"file-1"}}]}]""",
            Messages(new ChatMessage(ChatRole.User,
            [
                new TextContent("Look"),
                new DataContent(new byte[] { 1, 2, 3 }, "image/png"),
                new UriContent("https://example.com/a.png", "image/png"),
                new DataContent(new byte[] { 1, 2, 3 }, "audio/mpeg"),
                new DataContent(new byte[] { 1, 2, 3 }, "application/pdf") { Name = "a.pdf" },
                new HostedFileContent("file-1"),
            ])));

    [Fact]
    public void A_tool_round_is_written_as_call_and_result() =>
        Assert.Equal(
            """[{"role":"assistant","tool_calls":[{"id":"t1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Köln\",\"days\":2}"}},{"id":"t2","type":"function","function":{"name":"plain","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t1","content":"{\"sky\":\"blue\"}"},{"role":"tool","tool_call_id":"t2","content":"plain"}]""",
            Messages(
                new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hidden"), new FunctionCallContent("t1", "weather", new Dictionary<string, object?> { ["city"] = "Köln", ["days"] = 2 }), new FunctionCallContent("t2", "plain")]),
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", JsonDocument.Parse("""{"sky":"blue"}""").RootElement), new FunctionResultContent("t2", "plain")])));

    [Fact]
    public void Broken_arguments_go_back_as_the_model_wrote_them()
    {
        FunctionCallContent broken = ToolArguments.ToContent("t", "f", "{\"a\":");
        Assert.Contains("\"arguments\":\"{\\\"a\\\":\"", Messages(new ChatMessage(ChatRole.Assistant, [broken])), StringComparison.Ordinal);
    }

    [Fact]
    public void Reasoning_is_echoed_only_where_the_profile_says_so()
    {
        ChatMessage[] messages = [new(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("a")])];
        Assert.DoesNotContain("hm", Body(messages: messages), StringComparison.Ordinal);
        Assert.Contains("\"reasoning_content\":\"hm\"", Body(messages: messages, profile: OpenAIProfile.Compatible with { ReasoningEchoField = "reasoning_content" }), StringComparison.Ordinal);
    }

    public static TheoryData<ChatOptions, string> Refused() => new()
    {
        { new ChatOptions { Tools = [new HostedWebSearchTool()] }, "HostedWebSearchTool" },
        { new ChatOptions { ConversationId = "c" }, "ConversationId" },
        { new ChatOptions { Temperature = float.NaN }, "temperature" },
        { new ChatOptions { AdditionalProperties = new() { ["x"] = new object() } }, "AdditionalProperties['x']: a value of type Object" },
        { new ChatOptions { AdditionalProperties = new() { ["messages"] = "x" } }, "AdditionalProperties['messages']" },
        { new ChatOptions { Temperature = 1, AdditionalProperties = new() { ["temperature"] = 2 } }, "AdditionalProperties['temperature']" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_sent_is_named(ChatOptions options, string named)
    {
        LlmException e = Assert.Throws<LlmException>(() => Body(options));
        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contents_that_the_format_has_no_word_for_are_named()
    {
        LlmException e = Assert.Throws<LlmException>(() => Messages(new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "video/mp4")])));
        Assert.Contains("video/mp4", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<LlmException>(() => Messages(new ChatMessage(ChatRole.User, [new HostedVectorStoreContent("v")])));
        Assert.Contains("HostedVectorStoreContent", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_tools_the_captured_input_is_messages_and_tools()
    {
        var capture = new CaptureStub();
        string body = Body(new ChatOptions { Tools = [Weather] }, call: Call(capture: capture));
        Assert.Equal(body[..body.IndexOf(",\"model\"", StringComparison.Ordinal)] + "}", capture.Input);
        using var parsed = JsonDocument.Parse(body);
        Assert.Equal("gpt-4.1", parsed.RootElement.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Headers_carry_the_key_and_the_configured_ones()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        var options = new ProviderOptions { Organization = "org-1", Project = "proj-1", Headers = { ["X-Title"] = "app" } };
        await Provider(server, options: options).ChatAsync(Call(), Hello, null, CancellationToken.None);
        string request = server.Requests[0];
        Assert.StartsWith("POST /v1/chat/completions HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer sk-secret-key\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nOpenAI-Organization: org-1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nOpenAI-Project: proj-1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Title: app\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_no_authorization_is_sent()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        await Provider(server).ChatAsync(Call(secret: null), Hello, null, CancellationToken.None);
        Assert.DoesNotContain("Authorization", server.Requests[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_handler_may_send_the_body_twice()
    {
        await using var server = new RawHttpServer(i => i == 0 ? RawReply.Body(503, "") : RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        using var invoker = new HttpMessageInvoker(new TwiceHandler());
        ChatResponse response = await Provider(invoker, server.Address).ChatAsync(Call(), Hello, null, CancellationToken.None);
        Assert.Equal("a", response.Text);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(server.Requests[0], server.Requests[1]);
    }

    private sealed class TwiceHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (await base.SendAsync(request, cancellationToken)).Dispose();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
