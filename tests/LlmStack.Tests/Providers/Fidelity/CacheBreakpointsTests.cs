using LlmStack.Configuration;
using LlmStack.Providers;
using LlmStack.Providers.Fidelity;
using LlmStack.Tests.Docs;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class CacheBreakpointsTests
{
    private static readonly AIFunction[] Tools = [AIFunctionFactory.Create(() => 1, "a"), AIFunctionFactory.Create(() => 2, "b")];

    [Fact]
    public void Marks_stand_behind_tools_system_earlier_turns_and_the_last_message()
    {
        IReadOnlyList<ChatMessage> messages = [new(ChatRole.User, "1"), new(ChatRole.Assistant, "2"), new(ChatRole.User, "3")];
        var options = new ChatOptions { Instructions = "Be kind.", Tools = [.. Tools] };
        (IReadOnlyList<ChatMessage> marked, ChatOptions? markedOptions) = Apply(messages, options);
        Assert.Equal(["system:Be kind.*", "user:1", "assistant:2*", "user:3*"], marked.Select(Text));
        Assert.Equal(["a", "b*"], markedOptions!.Tools!.Select(static tool => tool.Name + (tool.AdditionalProperties.ContainsKey("cache_control") ? "*" : "")));
        Assert.Null(markedOptions.Instructions);
    }

    [Fact]
    public void The_callers_messages_tools_and_options_stay_unmarked()
    {
        ChatMessage[] messages = [new(ChatRole.System, "s"), new(ChatRole.User, "1")];
        var options = new ChatOptions { Instructions = "i", Tools = [.. Tools] };
        Apply(messages, options);
        Assert.All(messages, static message => Assert.Null(message.Contents[0].AdditionalProperties));
        Assert.Equal("i", options.Instructions);
        Assert.Same(Tools[1], options.Tools[1]);
    }

    [Fact]
    public void The_same_tool_is_marked_by_the_same_object_so_that_its_schema_is_rewritten_once()
    {
        ChatMessage[] messages = [new(ChatRole.User, "1")];
        var options = new ChatOptions { Tools = [.. Tools] };
        Assert.Same(Apply(messages, options).Options!.Tools![1], Apply(messages, options).Options!.Tools![1]);
    }

    [Fact]
    public void Marks_of_the_callers_own_or_the_switch_leave_everything_as_it_is()
    {
        IReadOnlyList<ChatMessage> own = [new ChatMessage(ChatRole.User, "1").WithCacheMarker(TimeSpan.FromHours(1)), new(ChatRole.User, "2")];
        Assert.Same(own, Apply(own, null).Messages);
        Assert.Equal("1h", own[0].Contents[0].AdditionalProperties!["cache_control"]);
        IReadOnlyList<ChatMessage> messages = [new(ChatRole.User, "1")];
        Assert.Same(messages, Apply(messages, null, on: false).Messages);
    }

    [Fact]
    public void A_tools_result_can_be_marked_and_a_call_is_left_alone()
    {
        (IReadOnlyList<ChatMessage> marked, _) = Apply(
            [new(ChatRole.User, "1"), new(ChatRole.Assistant, [new FunctionCallContent("c", "a")]), new(ChatRole.Tool, [new FunctionResultContent("c", "r")])], null);
        Assert.True(marked[2].Contents[0].AdditionalProperties!.ContainsKey("cache_control"));
        Assert.Null(marked[1].Contents[0].AdditionalProperties);
    }

    [Fact]
    public void A_lifetime_is_five_minutes_an_hour_or_the_providers_own()
    {
        Assert.Equal("ephemeral", new TextContent("x").WithCacheMarker().AdditionalProperties!["cache_control"]);
        Assert.Equal("5m", new TextContent("x").WithCacheMarker(TimeSpan.FromMinutes(5)).AdditionalProperties!["cache_control"]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextContent("x").WithCacheMarker(TimeSpan.FromMinutes(7)));
        Assert.Throws<ArgumentException>(() => new ChatMessage(ChatRole.User, []).WithCacheMarker());
    }

    [Fact]
    public async Task Anthropic_is_sent_the_marks()
    {
        var handler = new NobodyHandler();
        IProviderFormat format = new ProviderFormats().Rows.Single(static row => row.Format.Type == "Anthropic").Format;
        var call = new ProviderCall("claude-haiku-4-5", new StaticCredential("key", "sk-x")) { CacheBreakpoints = true };
        await Assert.ThrowsAsync<LlmException>(() => OptionProbe.Create(format, new HttpMessageInvoker(handler)).ChatAsync(
            call,
            [new(ChatRole.User, "1"), new(ChatRole.Assistant, "2"), new(ChatRole.User, "3")],
            new ChatOptions { Instructions = "Be kind.", Tools = [.. Tools] },
            CancellationToken.None).AsTask());
        Assert.Equal(4, handler.Body!.Split("\"cache_control\":{\"type\":\"ephemeral\"}").Length - 1);
        Assert.Contains("\"text\":\"Be kind.\",\"cache_control\"", handler.Body, StringComparison.Ordinal);
    }

    private static (IReadOnlyList<ChatMessage> Messages, ChatOptions? Options) Apply(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool on = true)
    {
        var call = new ProviderCall("m", StaticCredential.None) { CacheBreakpoints = on };
        CacheBreakpoints.Apply(call, ref messages, ref options);
        return (messages, options);
    }

    private static string Text(ChatMessage message) =>
        $"{message.Role}:{message.Text}{(message.Contents[^1].AdditionalProperties?.ContainsKey("cache_control") == true ? "*" : "")}";
}
