using System.Text.Json;
using System.Text.Json.Nodes;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>A call is adapted to what service and model can do, and its answer to what was asked for.</summary>
public sealed class AdaptationTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""").RootElement.Clone();

    private static readonly ChatResponseFormatJson Format = ChatResponseFormat.ForJsonSchema(Schema, "place");

    private static OpenAIProfile Of(string name) => OpenAIFamily.Members.Single(member => member.Name == name).Profile;

    private const string ToolAnswer = """{"id":"c","choices":[{"index":0,"message":{"content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"answer_in_json","arguments":"{\"city\":\"Oslo\"}"}}]},"finish_reason":"tool_calls"}]}""";

    [Fact]
    public async Task A_model_without_schemas_is_asked_by_a_tool_and_its_answer_is_text()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, ToolAnswer));
        ProviderCall call = Call("deepseek-chat");
        ChatResponse response = await Provider(server, Of("deepseek")).ChatAsync(call, Hello, new ChatOptions { ResponseFormat = Format }, CancellationToken.None);
        Assert.Contains("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"answer_in_json\"}}", server.LastBody, StringComparison.Ordinal);
        Assert.DoesNotContain("response_format", server.LastBody, StringComparison.Ordinal);
        Assert.Equal("""{"city":"Oslo"}""", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Contains("ResponseFormat: emulated by a tool whose arguments are the answer", call.Report.Changes!);
    }

    [Fact]
    public async Task The_same_in_a_stream()
    {
        await using var server = new RawHttpServer(RawReply.Stream(Events(
            Delta("""{"tool_calls":[{"index":0,"id":"t","function":{"name":"answer_in_json","arguments":"{\"city\":"}}]}"""),
            Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]}""", "\"tool_calls\""),
            "[DONE]")));
        List<ChatResponseUpdate> updates = await CollectAsync(Provider(server, Of("deepseek")).ChatStreamingAsync(Call("deepseek-chat"), Hello, new ChatOptions { ResponseFormat = Format }, CancellationToken.None));
        ChatResponse response = updates.ToChatResponse();
        Assert.Equal("""{"city":"Oslo"}""", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task An_emulated_answer_in_another_form_is_an_invalid_response()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, ToolAnswer.Replace("city", "town", StringComparison.Ordinal)));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Provider(server, Of("deepseek")).ChatAsync(Call("deepseek-chat"), Hello, new ChatOptions { ResponseFormat = Format }, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidResponse, e.Kind);
    }

    [Fact]
    public async Task Orphaned_results_are_repaired_and_listed()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        ProviderCall call = Call();
        await Provider(server).ChatAsync(call, [new(ChatRole.User, "a"), new(ChatRole.Tool, [new FunctionResultContent("lost", "r")]), new(ChatRole.User, "b")], null, CancellationToken.None);
        Assert.DoesNotContain("\"tool_call_id\":\"lost\"", server.LastBody, StringComparison.Ordinal);
        Assert.NotEmpty(call.Report.Changes!);
    }

    [Fact]
    public async Task Raw_fields_and_headers_are_sent_and_the_raw_answer_is_kept()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"id":"c","new_field":7,"choices":[{"message":{"content":"a"}}]}"""));
        ChatOptions options = new ChatOptions { Temperature = 1 }
            .WithRawFields(new JsonObject { ["provider"] = new JsonObject { ["sort"] = "price" }, ["temperature"] = null })
            .WithHeaders(new Dictionary<string, string> { ["X-Mine"] = "1" })
            .WithRawResponse();
        ChatResponse response = await Provider(server).ChatAsync(Call(), Hello, options, CancellationToken.None);
        Assert.Equal("""{"messages":[{"role":"user","content":"Hello"}],"model":"gpt-4.1","provider":{"sort":"price"}}""", server.LastBody);
        Assert.Contains("\r\nX-Mine: 1\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal(7, Assert.IsType<JsonElement>(response.RawRepresentation).GetProperty("new_field").GetInt32());
    }

    [Fact]
    public async Task Every_update_of_a_stream_keeps_its_raw_event_when_asked()
    {
        await using var server = new RawHttpServer(RawReply.Stream(Events(Chunk("a"), Chunk("b"), Stop, "[DONE]")));
        List<ChatResponseUpdate> updates = await CollectAsync(Provider(server).ChatStreamingAsync(Call(), Hello, new ChatOptions().WithRawResponse(), CancellationToken.None));
        Assert.Equal(["a", "b"], updates[..2].Select(static u => ((JsonElement)u.RawRepresentation!).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString()!));
    }

    [Theory]
    [InlineData(UnsupportedFields.Drop, true)]
    [InlineData(UnsupportedFields.Default, false)]
    public async Task A_tool_that_the_provider_would_run_is_refused_or_dropped(UnsupportedFields policy, bool sent)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        ProviderCall call = Call();
        call.FieldPolicy = policy;
        Task<ChatResponse> asking = Provider(server).ChatAsync(call, Hello, new ChatOptions { Tools = [new HostedWebSearchTool()] }, CancellationToken.None).AsTask();
        if (!sent)
        {
            Assert.Equal(LlmErrorKind.InvalidRequest, (await Assert.ThrowsAsync<LlmException>(() => asking)).Kind);
            Assert.Empty(server.Requests);
            return;
        }

        await asking;
        Assert.DoesNotContain("tools", server.LastBody, StringComparison.Ordinal);
        Assert.Contains("Tools: dropped", call.Report.Changes![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_the_strict_policy_a_dropped_sampling_field_fails()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "{}"));
        ProviderCall call = Call("o3");
        call.FieldPolicy = UnsupportedFields.Fail;
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Provider(server).ChatAsync(call, Hello, new ChatOptions { Temperature = 1 }, CancellationToken.None));
        Assert.Contains("temperature", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }
}
