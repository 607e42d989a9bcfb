using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.Bedrock;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.Bedrock.BedrockWire;

namespace LlmStack.Tests.Providers.Bedrock;

/// <summary>Golden bodies, whole answers, and how calls are authenticated.</summary>
public sealed class BedrockRequestTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement.Clone();

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    [Fact]
    public async Task The_least_body_is_the_messages() =>
        Assert.Equal("""{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}""", await Format.BodyAsync(Answer));

    [Fact]
    public async Task Every_option_has_its_place()
    {
        var options = new ChatOptions
        {
            Instructions = "Be brief",
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 40,
            MaxOutputTokens = 4000,
            StopSequences = ["END"],
            Tools = [Weather],
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            AdditionalProperties = new() { ["guardrailConfig"] = JsonDocument.Parse("""{"guardrailIdentifier":"g","guardrailVersion":"1"}""").RootElement },
        };

        Assert.Equal(
            """{"system":[{"text":"Be brief"}],"messages":[{"role":"user","content":[{"text":"Hello"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"Tells the weather","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}}}}}}],"toolChoice":{"tool":{"name":"weather"}}},"inferenceConfig":{"maxTokens":4000,"temperature":0.5,"stopSequences":["END"]},"additionalModelRequestFields":{"top_k":40},"guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"}}""",
            await Format.BodyAsync(Answer, options));
    }

    [Theory]
    [InlineData("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", ReasoningEffort.Medium, ""","inferenceConfig":{"maxTokens":4000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2000}}}""")]
    [InlineData("anthropic.claude-opus-4-5-20251101-v1:0", ReasoningEffort.High, ""","inferenceConfig":{"maxTokens":4000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":3000}},"outputConfig":{"effort":"high"}}""")]
    [InlineData("anthropic.claude-opus-5-5-v1:0", ReasoningEffort.High, ""","inferenceConfig":{"maxTokens":4000},"additionalModelRequestFields":{"thinking":{"type":"adaptive"}},"outputConfig":{"effort":"high"}}""")]
    [InlineData("anthropic.claude-3-5-sonnet-20241022-v2:0", ReasoningEffort.High, ""","inferenceConfig":{"maxTokens":4000,"temperature":0.5},"additionalModelRequestFields":{"top_k":40}}""")]
    [InlineData("amazon.nova-pro-v1:0", ReasoningEffort.High, ""","inferenceConfig":{"maxTokens":4000,"temperature":0.5}}""")]
    public async Task Each_model_thinks_and_samples_as_it_can(string model, ReasoningEffort effort, string expected)
    {
        var options = new ChatOptions { MaxOutputTokens = 4000, Temperature = 0.5f, TopK = 40, Reasoning = new() { Effort = effort } };
        Assert.EndsWith(expected, await Format.BodyAsync(Answer, options, call: Format.Call(other: model)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anthropic.claude-opus-5-5-v1:0", null)]
    [InlineData("anthropic.claude-sonnet-4-5-v1:0", ReasoningEffort.Low)]
    public async Task A_model_that_cannot_be_forced_is_told_to_call_the_tool(string model, ReasoningEffort? effort)
    {
        ProviderCall call = Format.Call(other: model);
        var options = new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireSpecific("weather"), Reasoning = effort is null ? null : new() { Effort = effort } };
        string body = await Format.BodyAsync(Answer, options, call: call);

        Assert.StartsWith("""{"system":[{"text":"Call the tool weather before you answer."}],""", body, StringComparison.Ordinal);
        Assert.DoesNotContain("toolChoice", body, StringComparison.Ordinal);
        Assert.Contains("ToolMode: emulated by an instruction, the model cannot be forced to call a tool", call.Report.Changes!);
    }

    [Fact]
    public async Task A_temperature_above_the_format_s_most_is_lowered_and_listed()
    {
        ProviderCall call = Format.Call(other: "amazon.nova-pro-v1:0");
        Assert.Contains("\"temperature\":1}", await Format.BodyAsync(Answer, new ChatOptions { Temperature = 1.5f }, call: call), StringComparison.Ordinal);
        Assert.Equal(["temperature: lowered to 1, the format's most"], call.Report.Changes);
    }

    [Fact]
    public async Task A_schema_is_sent_as_a_text_to_models_that_keep_to_one()
    {
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "city", "A city") }, call: call);

        Assert.EndsWith(""","outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\u0022type\u0022:\u0022object\u0022,\u0022properties\u0022:{\u0022city\u0022:{\u0022type\u0022:\u0022string\u0022}},\u0022additionalProperties\u0022:false}","name":"city","description":"A city"}}}}}""", body.Replace("\\\"", "\\u0022", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(call.Report.Changes ?? [], static change => change.Contains("emulated", StringComparison.Ordinal));
        Assert.Contains("outputConfig", (await Format.RefusalAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema), AdditionalProperties = new() { ["outputConfig"] = "x" } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_results_thoughts_and_media_are_blocks()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "S"),
            new(ChatRole.User, [new TextContent("Look"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new DataContent(new byte[] { 1 }, "application/pdf") { Name = "My file.pdf" }, new DataContent(new byte[] { 2 }, "application/pdf") { Name = "My file.pdf" }]),
            new(ChatRole.Assistant, [new TextReasoningContent("Hm") { ProtectedData = "bedrock:sig" }, new FunctionCallContent("t:1", "look", new Dictionary<string, object?> { ["a"] = 1 })]),
            new(ChatRole.Tool, [new FunctionResultContent("t:1", "a cat")]),
        ];
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, messages: messages, call: call);
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement sent = document.RootElement.GetProperty("messages");
        string id = sent[1].GetProperty("content")[1].GetProperty("toolUse").GetProperty("toolUseId").GetString()!;

        Assert.StartsWith("""{"system":[{"text":"S"}],"messages":[{"role":"user","content":[{"text":"Look"},{"image":{"format":"png","source":{"bytes":"AQID"}}},{"document":{"format":"pdf","name":"My file-pdf","source":{"bytes":"AQ=="}}},{"document":{"format":"pdf","name":"My file-pdf-2","source":{"bytes":"Ag=="}}}]},""", body, StringComparison.Ordinal);
        Assert.Equal("""{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"Hm","signature":"sig"}}},{"toolUse":{"toolUseId":"ID","name":"look","input":{"a":1}}}]}""".Replace("ID", id, StringComparison.Ordinal), sent[1].GetRawText());
        Assert.Equal("""{"role":"user","content":[{"toolResult":{"toolUseId":"ID","content":[{"text":"a cat"}]}}]}""".Replace("ID", id, StringComparison.Ordinal), sent[2].GetRawText());
        Assert.Equal("""{"tools":[{"toolSpec":{"name":"look","inputSchema":{"json":{"type":"object"}}}}]}""", document.RootElement.GetProperty("toolConfig").GetRawText());
        Assert.Contains("Tools: those of the history are declared, the format demands it", call.Report.Changes!);
    }

    [Fact]
    public async Task Sounds_are_blocks_but_not_inside_results_and_the_tier_has_its_own_form()
    {
        ChatMessage[] messages = [new(ChatRole.User, [new DataContent(new byte[] { 1, 2, 3 }, "audio/mpeg")])];
        string body = await Format.BodyAsync(Answer, new ChatOptions { AdditionalProperties = new() { ["service_tier"] = "flex" } }, messages);

        Assert.Equal("""{"messages":[{"role":"user","content":[{"audio":{"format":"mp3","source":{"bytes":"AQID"}}}]}],"serviceTier":{"type":"flex"}}""", body);
        ChatMessage[] result = [new(ChatRole.Assistant, [new FunctionCallContent("t", "f")]), new(ChatRole.Tool, [new FunctionResultContent("t", new List<AIContent> { new DataContent(new byte[] { 1 }, "audio/mpeg") })])];
        Assert.Contains("'audio/mpeg'", (await Format.RefusalAsync(null, result)).Message, StringComparison.Ordinal);
        Assert.Contains("service_tier", (await Format.RefusalAsync(new ChatOptions { AdditionalProperties = new() { ["service_tier"] = 1 } })).Message, StringComparison.Ordinal);
        Assert.Contains("serviceTier", (await Format.RefusalAsync(new ChatOptions { AdditionalProperties = new() { ["service_tier"] = "flex", ["serviceTier"] = "x" } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_points_end_the_stable_prefix_when_asked_for()
    {
        ProviderCall call = Format.Call();
        call.CacheBreakpoints = true;
        string body = await Format.BodyAsync(Answer, new ChatOptions { Instructions = "S", Tools = [Weather] }, call: call);

        Assert.StartsWith("""{"system":[{"text":"S"},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"text":"Hello"},{"cachePoint":{"type":"default"}}]}],""", body, StringComparison.Ordinal);
        Assert.EndsWith(""",{"cachePoint":{"type":"default"}}]}}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_points_stand_behind_what_the_caller_marked()
    {
        ProviderCall call = Format.Call();
        call.CacheBreakpoints = true;
        ChatMessage[] messages =
        [
            new(ChatRole.System, "S"),
            new ChatMessage(ChatRole.User, [new TextContent("A").WithCacheMarker(TimeSpan.FromHours(1)), new TextContent("B")]),
        ];
        string body = await Format.BodyAsync(Answer, messages: messages, call: call);

        Assert.Equal("""{"system":[{"text":"S"}],"messages":[{"role":"user","content":[{"text":"A"},{"cachePoint":{"type":"default","ttl":"1h"}},{"text":"B"}]}]}""", body);
    }

    [Fact]
    public async Task What_the_model_has_no_field_for_is_dropped_or_refused_by_name()
    {
        ProviderCall call = Format.Call(other: "amazon.nova-pro-v1:0");
        await Format.BodyAsync(Answer, new ChatOptions { TopK = 3, Seed = 1, FrequencyPenalty = 1 }, call: call);

        Assert.Equal(["seed", "frequency_penalty", "top_k"], call.Report.Changes!.Select(static change => change[..change.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Contains("UriContent", (await Format.RefusalAsync(null, [new(ChatRole.User, [new UriContent("http://x/i.png", "image/png")])])).Message, StringComparison.Ordinal);
        Assert.Contains("ConversationId", (await Format.RefusalAsync(new ChatOptions { ConversationId = "x" })).Message, StringComparison.Ordinal);
        Assert.Contains("Tools", (await Format.RefusalAsync(new ChatOptions { Tools = [new HostedWebSearchTool()] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_is_asked_for_by_a_tool_and_comes_back_as_text()
    {
        const string Called = """{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"answer_in_json","input":{"city":"Bern"}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":1}}""";
        ChatResponse response = await Format.ChatAsync(Called, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema) }, Format.Call(other: "amazon.nova-pro-v1:0"));

        Assert.Equal(("""{"city":"Bern"}""", ChatFinishReason.Stop), (response.Text, response.FinishReason));
    }

    [Fact]
    public async Task A_whole_answer_has_inclusive_usage_thoughts_and_calls()
    {
        const string Content = """[{"reasoningContent":{"reasoningText":{"text":"Hm","signature":"sig"}}},{"text":"Hello"},{"toolUse":{"toolUseId":"t1","name":"f","input":{"a":1}}},{"newBlock":{"x":1}}]""";
        ProviderCall call = Format.Call();
        ChatResponse response = await Format.ChatAsync(Answer.Replace("""[{"text":"Hello"}]""", Content, StringComparison.Ordinal).Replace("end_turn", "tool_use", StringComparison.Ordinal), call: call);

        Assert.Equal((15, 5, 20, 3), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount, response.Usage.CachedInputTokenCount));
        Assert.Equal(2, response.Usage.AdditionalCounts!["input_cache_creation"]);
        Assert.Equal((ChatFinishReason.ToolCalls, "tool_use"), (response.FinishReason, call.Report.RawFinishReason));
        Assert.Equal("bedrock:sig", response.Messages[0].Contents.OfType<TextReasoningContent>().Single().ProtectedData);
        Assert.Equal("t1:f:a=1", StreamOutcome.ToldOf(response.Messages[0].Contents.OfType<FunctionCallContent>().Single()));
        Assert.Contains(response.Messages[0].Contents, static content => content.RawRepresentation is JsonElement raw && raw.TryGetProperty("newBlock", out _));
    }

    [Theory]
    [InlineData("AKIDEXAMPLE:wJalrXUtnFEMI", false)]
    [InlineData("AKIDEXAMPLE:wJalrXUtnFEMI:token", true)]
    public async Task An_access_key_signs_the_request_with_its_escaped_path(string secret, bool token)
    {
        HttpRequestMessage request = await SentAsync(secret);
        string authorization = request.Headers.NonValidated["Authorization"].ToString();

        Assert.Equal("/model/anthropic.claude-sonnet-4-5-v1%3A0/converse", request.RequestUri!.AbsolutePath);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20000101/eu-west-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date", authorization, StringComparison.Ordinal);
        Assert.Equal("20000101T000000Z", request.Headers.NonValidated["X-Amz-Date"].ToString());
        Assert.Equal(token, request.Headers.NonValidated.Contains("X-Amz-Security-Token"));
        Assert.DoesNotContain("wJalrXUtnFEMI", request.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_other_secret_is_a_bearer_token() =>
        Assert.Equal("Bearer bedrock-api-key-x", (await SentAsync("bedrock-api-key-x")).Headers.NonValidated["Authorization"].ToString());

    [Fact]
    public async Task Without_a_secret_nothing_is_sent() =>
        Assert.Equal(LlmErrorKind.Authentication, (await Assert.ThrowsAsync<LlmException>(() => SentAsync(null))).Kind);

    [Theory]
    [InlineData("https://bedrock-runtime.eu-west-1.amazonaws.com", null, "eu-west-1")]
    [InlineData("https://bedrock-runtime-fips.us-east-2.amazonaws.com", null, "us-east-2")]
    [InlineData("https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com", null, "eu-west-1")]
    [InlineData("http://127.0.0.1:4566", "ap-south-1", "ap-south-1")]
    [InlineData("http://127.0.0.1:4566", null, "us-east-1")]
    public void The_region_is_the_users_else_that_of_the_address(string address, string? location, string region) =>
        Assert.Equal(region, BedrockRegion.Of(new ProviderSetup("test", new ProviderOptions { Location = location }, new Uri(address), new HttpMessageInvoker(new BytesHandler([])), new FakeTimeProvider())));

    [Theory]
    [InlineData(400, "ValidationException", "Input is too long for requested model.", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "ValidationException", "Invocation of model ID x with on-demand throughput isn't supported.", LlmErrorKind.NotFound)]
    [InlineData(400, "ValidationException", "Malformed input request", LlmErrorKind.InvalidRequest)]
    [InlineData(400, "ServiceQuotaExceededException", "m", LlmErrorKind.QuotaExhausted)]
    [InlineData(403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", LlmErrorKind.PermissionDenied)]
    [InlineData(403, "UnrecognizedClientException", "The security token included in the request is invalid.", LlmErrorKind.Authentication)]
    [InlineData(403, "InvalidSignatureException:http://internal.amazon.com/coral/", "m", LlmErrorKind.Authentication)]
    [InlineData(403, "ExpiredTokenException", "m", LlmErrorKind.Authentication)]
    [InlineData(403, "IncompleteSignatureException", "m", LlmErrorKind.Authentication)]
    [InlineData(404, "ResourceNotFoundException", "m", LlmErrorKind.NotFound)]
    [InlineData(408, "ModelTimeoutException", "m", LlmErrorKind.Timeout)]
    [InlineData(424, "ModelErrorException", "m", LlmErrorKind.ServerError)]
    [InlineData(429, "ThrottlingException", "Too many requests, please wait before trying again.", LlmErrorKind.RateLimited)]
    [InlineData(429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "ModelNotReadyException", "m", LlmErrorKind.Overloaded)]
    [InlineData(500, "InternalServerException", "m", LlmErrorKind.ServerError)]
    [InlineData(503, "ServiceUnavailableException", "m", LlmErrorKind.Overloaded)]
    public async Task An_error_has_the_kind_of_its_row(int status, string type, string message, LlmErrorKind kind)
    {
        LlmException failure = await Format.FailureAsync(status, $$"""{"message":"{{message}}"}""", $"x-amzn-ErrorType: {type}", "x-amzn-RequestId: req-1");

        Assert.Equal((kind, "req-1"), (failure.Kind, failure.RequestId));
        Assert.Equal(type.Split(':')[0], failure.ErrorCode);
    }

    private static async Task<HttpRequestMessage> SentAsync(string? secret)
    {
        var handler = new RequestHandler();
        ILlmProvider provider = Format.Provider(new HttpMessageInvoker(handler), new Uri("https://bedrock-runtime.eu-west-1.amazonaws.com"));
        await provider.ChatAsync(new ProviderCall(Model, new StaticCredential("key-1", secret)), Wire.Hello, null, CancellationToken.None);
        return handler.Request!;
    }

    private sealed class RequestHandler : HttpMessageHandler
    {
        public HttpRequestMessage? Request { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Request = request;
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(Answer) });
        }
    }
}
