using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>Which losses of a stream another deployment may make up for, before and after it has committed.</summary>
public sealed class StreamLossTests
{
    private const string Good = """data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"one "}}]}""" + "\n\n";
    private const string Metadata = """data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""" + "\n\n";
    private const string Broken = """data: {"id":"a","choices":[{"index":0,"delta":{"content":"tw""" + "\n\n";

    private static readonly LlmException Reset = new(LlmErrorKind.Network, "reset");

    private static CallHarness With(Func<CallHarness, IAsyncEnumerable<ChatResponseUpdate>> stream)
    {
        CallHarness? harness = null;
        harness = new CallHarness(
            llm => llm
                .AddProvider("odd", p => p.UseProvider(_ => new OddProvider { Stream = _ => stream(harness!) }))
                .AddModelGroup("fast", g => g
                    .AddDeployment("odd/m")
                    .AddDeployment("b/m", d => d.Order = 1)
                    .Configure(o => o.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue })),
            "b");
        return harness;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Lose(LlmException error, params ChatResponseUpdate[] updates)
    {
        foreach (ChatResponseUpdate update in updates)
        {
            await Task.Yield();
            yield return update;
        }

        throw error;
    }

    private static ChatResponseUpdate Of(params AIContent[] contents) => new(ChatRole.Assistant, [.. contents]);

    [Fact]
    public async Task A_broken_piece_before_the_first_content_moves_on_unseen()
    {
        await using var broken = new RawHttpServer(_ => RawReply.Stream(Metadata, Broken));
        using CallHarness h = Over(broken);
        h["b"].OnOtherCalls.Answer("from b");

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("from b", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal([LlmErrorKind.InvalidResponse, (LlmErrorKind?)null], updates[^1].GetRoute()!.Attempts.Select(a => a.Error));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_broken_piece_after_the_first_content_fails_loudly_with_what_arrived()
    {
        await using var broken = new RawHttpServer(_ => RawReply.Stream(Good, Broken));
        using CallHarness h = Over(broken);

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal((LlmErrorKind.StreamInterrupted, "one "), (error.Kind, error.PartialText));
        Assert.Equal(LlmErrorKind.InvalidResponse, Assert.IsType<LlmException>(error.InnerException).Kind);
        Assert.Empty(h["b"].Calls);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_broken_piece_after_the_first_content_is_made_up_for_where_asked()
    {
        await using var broken = new RawHttpServer(_ => RawReply.Stream(Good, Broken));
        using CallHarness h = Over(broken, StreamLossBehavior.Continue);
        h["b"].OnOtherCalls.Answer("two");

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("one two", string.Concat(updates.Select(u => u.Text)));
        h.AssertNothingLeaks();
    }

    public static TheoryData<string, ChatResponseUpdate[]> Uncontinuable => new()
    {
        { "a whole tool call", [Of(new TextContent("one ")), Of(new FunctionCallContent("1", "f"))] },
        { "a fragment of a tool call", [Of(new TextContent("one ")), new RoutedChatResponseUpdate { IsProgress = true }] },
        { "an image", [Of(new TextContent("one ")), Of(new DataContent(new byte[] { 1 }, "image/png"))] },
        { "reasoning alone", [Of(new TextReasoningContent("hm"))] },
    };

    [Theory]
    [MemberData(nameof(Uncontinuable), DisableDiscoveryEnumeration = true)]
    public async Task What_nobody_else_could_go_on_from_is_an_interruption(string what, ChatResponseUpdate[] updates)
    {
        using CallHarness h = With(_ => Lose(Reset, updates));

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.True(error.Kind == LlmErrorKind.StreamInterrupted, what);
        Assert.Empty(h["b"].Calls);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Text_behind_reasoning_is_continued()
    {
        using CallHarness h = With(_ => Lose(Reset, Of(new TextReasoningContent("hm")), Of(new TextContent("one "))));
        h["b"].OnOtherCalls.Answer("two");

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("one two", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("one ", h["b"].Calls[0].Messages[^2].Text);
    }

    [Theory]
    [InlineData(LlmErrorKind.ContentPolicyViolation)]
    [InlineData(LlmErrorKind.InvalidRequest)]
    public async Task A_refusal_in_the_middle_is_not_carried_elsewhere(LlmErrorKind kind)
    {
        using CallHarness h = With(_ => Lose(new LlmException(kind, "refused"), Of(new TextContent("one "))));

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal((LlmErrorKind.StreamInterrupted, "one "), (error.Kind, error.PartialText));
        Assert.Equal(kind, Assert.IsType<LlmException>(error.InnerException).Kind);
        Assert.Empty(h["b"].Calls);
    }

    [Theory]
    [InlineData(200 * 1024, false)]
    [InlineData(300 * 1024, true)]
    public async Task More_than_a_quarter_of_a_megabyte_of_metadata_commits(int bytes, bool commits)
    {
        var large = new ChatResponseUpdate { AdditionalProperties = new() { ["x"] = new string('x', bytes / sizeof(char)) } };
        using CallHarness h = With(_ => Lose(Reset, large));

        await AssertCommittedAsync(h, commits);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(11, true)]
    public async Task More_than_ten_seconds_of_metadata_commit(int seconds, bool commits)
    {
        using CallHarness h = With(Slow);

        await AssertCommittedAsync(h, commits);

        async IAsyncEnumerable<ChatResponseUpdate> Slow(CallHarness harness)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate { ResponseId = "r" };
            harness.Time.Advance(TimeSpan.FromSeconds(seconds));
            yield return new ChatResponseUpdate { ResponseId = "r" };
            throw Reset;
        }
    }

    public static TheoryData<string, string, string> Wires => new()
    {
        { "openaicompatible", Good, """data: {"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{\"a"}}]}}]}""" + "\n\n" },
        {
            "anthropic",
            """
            data: {"type":"message_start","message":{"id":"a","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}

            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one "}}


            """,
            """data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""" + "\n\n"
        },
        { "gemini", """data: {"candidates":[{"content":{"role":"model","parts":[{"text":"one "}]},"index":0}],"modelVersion":"m"}""" + "\n\n", """data: {"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},"index":0}]}""" + "\n\n" },
        { "ollama", """{"model":"m","message":{"role":"assistant","content":"one "},"done":false}""" + "\n", """{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"done":false}""" + "\n" },
    };

    [Theory]
    [MemberData(nameof(Wires), DisableDiscoveryEnumeration = true)]
    public async Task Text_of_every_wire_format_is_continued_and_an_open_tool_call_is_not(string type, string text, string toolCall)
    {
        await using var plain = new RawHttpServer(_ => RawReply.Stream(text));
        await using var calling = new RawHttpServer(_ => RawReply.Stream(text, toolCall));
        using CallHarness h = new(
            llm =>
            {
                foreach ((string name, RawHttpServer server) in new[] { ("plain", plain), ("calling", calling) })
                {
                    llm.AddProvider(name, p => (p.Options.Type, p.Options.Endpoint, p.Options.ApiKey) = (type, server.Address.ToString(), "key"));
                    llm.AddModelGroup(name, g => g
                        .AddDeployment($"{name}/m")
                        .AddDeployment("b/m", d => d.Order = 1)
                        .Configure(o => o.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue }));
                }
            },
            "b");
        h["b"].OnOtherCalls.Answer("two");

        List<ChatResponseUpdate> updates = await h.StreamAsync("plain");
        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("calling"));

        Assert.Equal("one two", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal((LlmErrorKind.StreamInterrupted, "one "), (error.Kind, error.PartialText));
        Assert.Single(h["b"].Calls);
        h.AssertNothingLeaks();
    }

    private static async Task AssertCommittedAsync(CallHarness h, bool commits)
    {
        h["b"].OnOtherCalls.Answer("from b");
        if (commits)
        {
            Assert.Equal(LlmErrorKind.StreamInterrupted, (await CallHarness.FailsAsync(() => h.StreamAsync("fast"))).Kind);
            Assert.Empty(h["b"].Calls);
        }
        else
        {
            Assert.Equal("from b", string.Concat((await h.StreamAsync("fast")).Select(u => u.Text)));
        }

        h.AssertNothingLeaks();
    }

    private static CallHarness Over(RawHttpServer server, StreamLossBehavior? lost = null) => new(
        llm => llm
            .AddOpenAICompatible("broken", server.Address.ToString())
            .AddModelGroup("fast", g => g
                .AddDeployment("broken/m")
                .AddDeployment("b/m", d => d.Order = 1)
                .Configure(o => o.Policy = new CallPolicyOptions { OnStreamLost = lost })),
        "b");
}
