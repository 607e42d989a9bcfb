using CsCheck;
using LlmStack.Providers;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class HistoryRepairTests
{
    private static readonly HistoryRules[] AllRules =
        [HistoryRules.OpenAI, HistoryRules.Anthropic, HistoryRules.AnthropicWithoutPrefill, HistoryRules.Gemini, HistoryRules.Mistral, HistoryRules.Perplexity, HistoryRules.Cohere, HistoryRules.Ollama];

    [Fact]
    public void A_sound_conversation_is_returned_as_it_is_without_allocation()
    {
        ChatMessage[] messages = [System("be brief"), User("hi"), Calls("a", "b"), Results("a", "b"), Assistant("done"), User("more")];
        ProviderCall call = Call();
        foreach (HistoryRules rules in AllRules)
        {
            Assert.Same(messages, HistoryRepair.Repair(messages, rules, call));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            HistoryRepair.Repair(messages, HistoryRules.Anthropic, call);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Null(call.Report.Changes);
    }

    [Fact]
    public void A_result_without_its_call_is_dropped_and_listed()
    {
        Repaired repaired = Repair(HistoryRules.OpenAI, User("hi"), Results("gone"), User("and now?"));
        Assert.Equal("user:hi | user:and now?", repaired.Text);
        Assert.Equal(["messages: the tool result 'gone' was dropped, it has no call"], repaired.Changes);
    }

    [Fact]
    public void A_call_without_a_result_gets_a_placeholder()
    {
        Repaired repaired = Repair(HistoryRules.OpenAI, User("hi"), Calls("a", "b"), Results("a"), User("stop"));
        Assert.Equal("user:hi | assistant:call a,call b | tool:result a,result b | user:stop", repaired.Text);
        Assert.Contains("messages: the tool call 'b' got a placeholder as its result", repaired.Changes);
        var placeholder = (FunctionResultContent)repaired.Messages[2].Contents[1];
        Assert.Contains("not completed", (string?)placeholder.Result, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_comes_too_late_is_moved_behind_its_call()
    {
        Repaired repaired = Repair(HistoryRules.OpenAI, Calls("a"), User("hurry"), Results("a"));
        Assert.Equal("assistant:call a | tool:result a | user:hurry", repaired.Text);
        Assert.Contains("messages: the tool result 'a' was moved behind its call", repaired.Changes);
    }

    [Fact]
    public void Ids_that_are_used_again_belong_to_the_nearest_call()
    {
        ChatMessage[] messages = [User("1"), Calls("call_0"), Results("call_0"), Assistant("x"), User("2"), Calls("call_0"), Results("call_0")];
        Assert.Same(messages, HistoryRepair.Repair(messages, HistoryRules.OpenAI, Call()));
        Repaired repaired = Repair(HistoryRules.OpenAI, User("1"), Calls("call_0"), Calls("call_0"), Results("call_0"));
        Assert.Equal("user:1 | assistant:call call_0 | tool:result call_0 | assistant:call call_0 | tool:result call_0", repaired.Text);
        Assert.Contains("not completed", (string?)((FunctionResultContent)repaired.Messages[2].Contents[0]).Result, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_results_for_one_call_become_one()
    {
        Repaired repaired = Repair(HistoryRules.OpenAI, Calls("a"), Results("a"), Results("a"));
        Assert.Equal("assistant:call a | tool:result a", repaired.Text);
    }

    [Fact]
    public void Empty_texts_and_empty_messages_are_dropped_where_the_format_refuses_them()
    {
        Repaired strict = Repair(HistoryRules.Anthropic, User("hi"), new ChatMessage(ChatRole.Assistant, [new TextContent(""), new TextContent("yes")]), User(" "), User("ok"));
        Assert.Equal("user:hi | assistant:yes | user:ok", strict.Text);
        Repaired lax = Repair(HistoryRules.OpenAI, User(""), new ChatMessage(ChatRole.Assistant, []), User("ok"));
        Assert.Equal("user: | user:ok", lax.Text);
        Assert.Contains("messages: an empty message was dropped", lax.Changes);
    }

    [Fact]
    public void A_conversation_of_nothing_is_refused_before_it_is_sent()
    {
        LlmException error = Assert.Throws<LlmException>(() => Repair(HistoryRules.Anthropic, User(""), User("  ")));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("messages: every message is empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_stand_first_in_the_users_turn()
    {
        Repaired repaired = Repair(HistoryRules.Anthropic, User("hi"), Calls("a"), Results("a"), User("and?"));
        Assert.Equal("user:hi | assistant:call a | user:result a,and?", repaired.Text);
        Repaired mixed = Repair(HistoryRules.Anthropic, User("hi"), Calls("a"), new ChatMessage(ChatRole.User, [new TextContent("and?"), new FunctionResultContent("a", "r")]));
        Assert.Equal("user:hi | assistant:call a | user:result a,and?", mixed.Text);
    }

    [Fact]
    public void A_conversation_that_the_assistant_starts_gets_a_user_message_first()
    {
        Repaired repaired = Repair(HistoryRules.Anthropic, System("s"), Assistant("hello"), User("hi"));
        Assert.Equal("system:s | user:. | assistant:hello | user:hi", repaired.Text);
        Assert.Equal("system:s | user:.", Repair(HistoryRules.Anthropic, System("s")).Text);
    }

    [Fact]
    public void An_assistant_message_at_the_end_stays_only_where_models_continue_it()
    {
        Assert.Equal("user:hi | assistant:so", Repair(HistoryRules.Anthropic, User("hi"), Assistant("so")).Text);
        Assert.Equal("user:hi | assistant:so | user:Continue.", Repair(HistoryRules.AnthropicWithoutPrefill, User("hi"), Assistant("so")).Text);
    }

    [Fact]
    public void System_messages_move_to_the_front_where_they_must_stand_there()
    {
        Repaired repaired = Repair(HistoryRules.Gemini, System("1"), User("hi"), System("2"), User("you"));
        Assert.Equal("system:1 | system:2 | user:hi,you", repaired.Text);
        Assert.Equal(["messages: a system message was moved to the front", "messages: neighbours of the same role were joined"], repaired.Changes);
        ChatMessage[] anywhere = [User("hi"), System("2")];
        Assert.Same(anywhere, HistoryRepair.Repair(anywhere, HistoryRules.OpenAI, Call()));
    }

    [Fact]
    public void The_assistant_speaks_between_a_tool_and_the_user_where_it_must() =>
        Assert.Equal("assistant:call a | tool:result a | assistant:. | user:hi", Repair(HistoryRules.Mistral, Calls("a"), Results("a"), User("hi")).Text);

    [Fact]
    public void Repair_can_be_switched_off()
    {
        ChatMessage[] messages = [Results("gone")];
        ProviderCall call = Call();
        call.RepairHistory = false;
        Assert.Same(messages, HistoryRepair.Repair(messages, HistoryRules.Anthropic, call));
    }

    [Fact]
    public void Any_conversation_becomes_sound_stays_so_and_the_callers_messages_are_untouched()
    {
        Gen<ChatMessage> message = Gen.OneOf(
            Gen.Int[0, 2].Select(static i => new[] { "", " ", "text" }[i]).Select(User),
            Gen.Bool.Select(static yes => yes ? "answer" : "").Select(Assistant),
            Gen.Const(0).Select(_ => System("s")),
            Gen.Int[0, 2].Select(static i => new[] { "a", "b", "c" }[i]).Array[1, 3].Select(ids => Calls(ids)),
            Gen.Int[0, 2].Select(static i => new[] { "a", "b", "c" }[i]).Array[1, 3].Select(ids => Results(ids)),
            Gen.Const(0).Select(_ => new ChatMessage(ChatRole.User, [])));
        Gen.Select(message.Array[1, 9], Gen.Int[0, AllRules.Length - 1].Select(static i => AllRules[i])).Sample((messages, rules) =>
        {
            string before = TextOf(messages);
            IReadOnlyList<ChatMessage> repaired;
            try
            {
                repaired = HistoryRepair.Repair(messages, rules, Call());
            }
            catch (LlmException)
            {
                return;
            }

            Assert.Equal(before, TextOf(messages));
            Assert.True(HistoryCheck.IsSound(repaired, rules), $"{before} became {TextOf(repaired)}");
            Assert.Same(repaired, HistoryRepair.Repair(repaired, rules, Call()));
        }, iter: 5000);
    }

    private static ProviderCall Call() => new("m", StaticCredential.None);

    private static ChatMessage System(string text) => new(ChatRole.System, text);

    private static ChatMessage User(string text) => new(ChatRole.User, text);

    private static ChatMessage Assistant(string text) => new(ChatRole.Assistant, text);

    private static ChatMessage Calls(params string[] ids) => new(ChatRole.Assistant, [.. ids.Select(static id => new FunctionCallContent(id, "f"))]);

    private static ChatMessage Results(params string[] ids) => new(ChatRole.Tool, [.. ids.Select(static id => new FunctionResultContent(id, "r"))]);

    private static Repaired Repair(HistoryRules rules, params ChatMessage[] messages)
    {
        ProviderCall call = Call();
        IReadOnlyList<ChatMessage> repaired = HistoryRepair.Repair(messages, rules, call);
        return new Repaired(repaired, TextOf(repaired), call.Report.Changes ?? []);
    }

    private static string TextOf(IReadOnlyList<ChatMessage> messages) =>
        string.Join(" | ", messages.Select(static message => $"{message.Role}:{string.Join(',', message.Contents.Select(static content => content switch
        {
            TextContent text => text.Text,
            FunctionCallContent call => $"call {call.CallId}",
            FunctionResultContent result => $"result {result.CallId}",
            _ => content.GetType().Name,
        }))}"));

    private sealed record Repaired(IReadOnlyList<ChatMessage> Messages, string Text, IReadOnlyList<string> Changes);
}
