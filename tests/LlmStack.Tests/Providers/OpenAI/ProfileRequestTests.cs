using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>How the services of the family are asked: each difference from OpenAI's own body.</summary>
public sealed class ProfileRequestTests
{
    private static OpenAIProfile Of(string name) => OpenAIFamily.Members.Single(member => member.Name == name).Profile;

    private static string Body(string name, ChatOptions? options = null, IReadOnlyList<ChatMessage>? messages = null, bool stream = false, ProviderCall? call = null, string model = "m")
    {
        using PooledBuffer body = ChatRequestWriter.Write(call ?? Call(model), messages ?? Hello, options, Of(name), stream);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    [Theory]
    [InlineData("openrouter")]
    [InlineData("litellm")]
    public void Marks_of_the_cache_go_to_services_that_hand_them_on(string name)
    {
        ChatMessage[] messages =
        [
            new ChatMessage(ChatRole.System, "s").WithCacheMarker(),
            new(ChatRole.User, [new TextContent("a"), new TextContent("b").WithCacheMarker(TimeSpan.FromHours(1))]),
            new(ChatRole.User, "c"),
        ];

        Assert.StartsWith(
            """{"messages":[{"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":"c"}]""",
            Body(name, messages: messages),
            StringComparison.Ordinal);
        Assert.DoesNotContain("cache_control", Body("groq", messages: messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Breakpoints_are_set_by_themselves_where_asked()
    {
        var handler = new BytesHandler("{}"u8.ToArray());
        ProviderCall call = Call("anthropic/claude-sonnet-5");
        call.CacheBreakpoints = true;
        await Assert.ThrowsAsync<LlmException>(async () => await Provider(new HttpMessageInvoker(handler), profile: Of("openrouter")).ChatAsync(call, Hello, new ChatOptions { Instructions = "s" }, CancellationToken.None));

        Assert.StartsWith("""{"messages":[{"role":"developer","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"text","text":"Hello","cache_control":{"type":"ephemeral"}}]}]""", handler.LastBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("groq", "max_completion_tokens")]
    [InlineData("xai", "max_completion_tokens")]
    [InlineData("cerebras", "max_completion_tokens")]
    [InlineData("openrouter", "max_completion_tokens")]
    [InlineData("deepseek", "max_tokens")]
    [InlineData("moonshot", "max_tokens")]
    [InlineData("together", "max_tokens")]
    [InlineData("nvidia", "max_tokens")]
    [InlineData("mistral", "max_tokens")]
    [InlineData("lmstudio", "max_tokens")]
    [InlineData("llamacpp", "max_tokens")]
    public void The_field_of_the_most_tokens(string name, string field) =>
        Assert.Contains($"\"{field}\":5", Body(name, new ChatOptions { MaxOutputTokens = 5 }), StringComparison.Ordinal);

    [Theory]
    [InlineData("mistral", false)]
    [InlineData("perplexity", false)]
    [InlineData("groq", true)]
    [InlineData("vllm", true)]
    public void Usage_is_asked_for_where_it_must_be(string name, bool asked) =>
        Assert.Equal(asked, Body(name, stream: true).Contains("stream_options", StringComparison.Ordinal));

    [Theory]
    [InlineData("groq", ReasoningEffort.Low, "\"reasoning_effort\":\"low\"")]
    [InlineData("deepseek", ReasoningEffort.None, "\"thinking\":{\"type\":\"disabled\"}")]
    [InlineData("deepseek", ReasoningEffort.ExtraHigh, "\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\"max\"")]
    [InlineData("openrouter", ReasoningEffort.High, "\"reasoning\":{\"effort\":\"high\"}")]
    [InlineData("together", ReasoningEffort.None, "\"reasoning\":{\"enabled\":false}")]
    [InlineData("together", ReasoningEffort.Medium, "\"reasoning\":{\"enabled\":true},\"reasoning_effort\":\"medium\"")]
    [InlineData("vllm", ReasoningEffort.None, "\"chat_template_kwargs\":{\"enable_thinking\":false}")]
    [InlineData("mistral", ReasoningEffort.Medium, "\"reasoning_effort\":\"high\"")]
    [InlineData("mistral", ReasoningEffort.None, "\"reasoning_effort\":\"none\"")]
    public void Reasoning_in_each_services_words(string name, ReasoningEffort effort, string expected) =>
        Assert.EndsWith(expected + "}", Body(name, new ChatOptions { Reasoning = new() { Effort = effort } }, model: name == "groq" ? "openai/gpt-oss-120b" : "m"), StringComparison.Ordinal);

    [Fact]
    public void Hidden_thoughts_are_asked_for_where_there_is_a_field()
    {
        var options = new ChatOptions { Reasoning = new() { Output = ReasoningOutput.None } };
        Assert.EndsWith("\"reasoning\":{\"exclude\":true}}", Body("openrouter", options), StringComparison.Ordinal);
        ProviderCall call = Call("m");
        Body("groq", options, call: call);
        Assert.Equal(["Reasoning.Output: dropped, the format has no such field"], call.Report.Changes);
    }

    [Theory]
    [InlineData("cerebras", "frequency_penalty")]
    [InlineData("groq", "logit_bias")]
    [InlineData("mistral", "logprobs")]
    [InlineData("perplexity", "seed")]
    public void Fields_that_a_service_refuses_are_dropped_and_listed(string name, string field)
    {
        ProviderCall call = Call("m");
        var options = new ChatOptions
        {
            FrequencyPenalty = 0.5f,
            Seed = 1,
            AdditionalProperties = new() { ["logit_bias"] = "x", ["logprobs"] = true },
        };
        Assert.DoesNotContain($"\"{field}\"", Body(name, options, call: call), StringComparison.Ordinal);
        Assert.Contains($"{field}: dropped, the service refuses it", call.Report.Changes!);
    }

    [Fact]
    public void Mistrals_seed_has_its_own_name() => Assert.Contains("\"random_seed\":7", Body("mistral", new ChatOptions { Seed = 7 }), StringComparison.Ordinal);

    [Fact]
    public void Reasoning_goes_back_under_the_name_it_came_with_and_empty_where_it_must_stand()
    {
        ChatMessage[] thought = [new(ChatRole.Assistant, [new TextReasoningContent("hm"), new FunctionCallContent("t", "f")])];
        Assert.Contains("\"reasoning\":\"hm\"", Body("groq", messages: thought), StringComparison.Ordinal);
        Assert.Contains("\"reasoning_content\":\"hm\"", Body("deepseek", messages: thought), StringComparison.Ordinal);
        ChatMessage[] foreign = [new(ChatRole.Assistant, [new FunctionCallContent("t", "f")])];
        Assert.Contains("\"reasoning_content\":\"\"", Body("deepseek", messages: foreign), StringComparison.Ordinal);
        Assert.DoesNotContain("reasoning", Body("groq", messages: foreign), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_an_option_writes_may_not_be_set_twice()
    {
        LlmException e = Assert.Throws<LlmException>(() => Body("deepseek", new ChatOptions
        {
            Reasoning = new() { Effort = ReasoningEffort.Low },
            AdditionalProperties = new() { ["thinking"] = "x" },
        }));
        Assert.Contains("'thinking'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistral_takes_only_ids_of_nine_letters_so_calls_and_results_get_such_ones()
    {
        ProviderCall call = Call("m");
        string body = Body("mistral", messages: [new(ChatRole.User, "a"), new(ChatRole.Assistant, [new FunctionCallContent("call_of_another_vendor", "f")]), new(ChatRole.Tool, [new FunctionResultContent("call_of_another_vendor", "r")])], call: call);
        string id = System.Text.RegularExpressions.Regex.Match(body, "\"tool_call_id\":\"(?<id>[A-Za-z0-9]{9})\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["id"].Value;
        Assert.Contains($"\"id\":\"{id}\",\"type\":\"function\"", body, StringComparison.Ordinal);
        Assert.Contains("tool call ids: rewritten, the format does not accept those of the history", call.Report.Changes!);
    }

    [Fact]
    public void Mistral_has_parts_of_its_own_for_sounds_and_documents_and_none_for_refusals()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User,
            [
                new DataContent(new byte[] { 1, 2, 3 }, "audio/mpeg"),
                new UriContent("https://example.com/a.mp3", "audio/mpeg"),
                new DataContent(new byte[] { 1, 2, 3 }, "application/pdf") { Name = "a.pdf" },
                new UriContent("https://example.com/a.pdf", "application/pdf"),
                new HostedFileContent("f-1"),
            ]),
            new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }]),
        ];
        Assert.Contains(
            """{"role":"user","content":[{"type":"input_audio","input_audio":"AQID"},{"type":"input_audio","input_audio":"https://example.com/a.mp3"},{"type":"document_url","document_url":"data:application/pdf;base64,AQID","document_name":"a.pdf"},{"type":"document_url","document_url":"https://example.com/a.pdf"},{"type":"file","file_id":"f-1"}]},{"role":"assistant","content":"No."}]""",
            Body("mistral", messages: messages),
            StringComparison.Ordinal);
        Assert.Contains("'video/mp4'", Assert.Throws<LlmException>(() => Body("mistral", messages: [new(ChatRole.User, [new UriContent("https://example.com/a.mp4", "video/mp4")])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_effort_that_the_model_does_not_know_becomes_the_nearest_and_is_listed()
    {
        ProviderCall call = Call("m");
        Assert.Contains("\"reasoning_effort\":\"high\"", Body("mistral", new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.Medium } }, call: call), StringComparison.Ordinal);
        Assert.Equal(["Reasoning.Effort: sent as high, the nearest the model knows"], call.Report.Changes);
        ProviderCall plain = Call("meta-llama/llama-4-scout");
        Assert.DoesNotContain("reasoning", Body("groq", new ChatOptions { Reasoning = new() { Effort = ReasoningEffort.Low } }, call: plain), StringComparison.Ordinal);
        Assert.Equal(["Reasoning.Effort: dropped, the model knows no efforts"], plain.Report.Changes);
    }
}
