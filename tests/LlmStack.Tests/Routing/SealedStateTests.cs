using System.Text;
using System.Text.Json;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Responses.ResponsesWire;

namespace LlmStack.Tests.Routing;

public class SealedStateTests
{
    private const string Thought = """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"}],"encrypted_content":"abc"}""";

    private readonly Dictionary<string, BytesHandler> _sent = new(StringComparer.Ordinal);

    private static string Thoughtful => Answer.Replace("\"output\":[", $"\"output\":[{Thought},", StringComparison.Ordinal);

    private static string ThoughtfulStream => Events(Created, Done(0, Thought), Text("Hello", 1), Completed());

    private CallHarness Harness(string answer, params string[] names)
    {
        return new CallHarness(llm =>
        {
            foreach (string name in names)
            {
                BytesHandler handler = _sent[name] = new BytesHandler(Encoding.UTF8.GetBytes(answer));
                llm.AddProvider(name, p => p.UseProvider(_ => Format.Provider(new HttpMessageInvoker(handler))));
            }

            llm.AddModelGroup("g", g => Array.ForEach(names, name => g.AddDeployment(name + "/m")));
        });
    }

    /// <summary>The history that an application stored and read again, with the next question.</summary>
    private static List<ChatMessage> Stored(ChatResponse answer)
    {
        List<ChatMessage> history = [new(ChatRole.User, "Why?"), .. answer.Messages];
        string json = JsonSerializer.Serialize(history, AIJsonUtilities.DefaultOptions);
        return [.. JsonSerializer.Deserialize<List<ChatMessage>>(json, AIJsonUtilities.DefaultOptions)!, new ChatMessage(ChatRole.User, "And?")];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Encrypted_reasoning_that_was_stored_goes_back_to_its_maker_alone_and_as_it_came(bool streamed)
    {
        using CallHarness first = Harness(streamed ? ThoughtfulStream : Thoughtful, "a", "b", "c");
        ChatResponse answer = streamed
            ? await first.Client.ChatStreamingAsync("g", [new ChatMessage(ChatRole.User, "Why?")]).ToChatResponseAsync()
            : await first.Client.ChatAsync("g", "Why?");
        string maker = answer.GetRoute()!.Deployment!;

        using CallHarness later = Harness(Answer, "a", "b", "c");
        for (int i = 0; i < 10; i++)
        {
            CallRoute route = (await later.Client.ChatAsync("g", Stored(answer))).GetRoute()!;
            Assert.Equal((maker, "made the encrypted reasoning"), (route.Deployment, route.Reason));
        }
        Assert.Contains(Thought, _sent[maker[..1]].LastBody, StringComparison.Ordinal);
        RouteExplanation explanation = await later.Router.ExplainAsync("g", Stored(answer));
        Assert.Equal(maker, explanation.Picked);
    }

    [Fact]
    public async Task The_absence_of_the_maker_is_an_error_unless_the_call_lets_the_reasoning_be_dropped()
    {
        using CallHarness first = Harness(Thoughtful, "gone");
        ChatResponse answer = await first.Client.ChatAsync("g", "Why?");

        using CallHarness later = Harness(Answer, "a", "b");
        LlmException absent = await CallHarness.FailsAsync(() => later.Client.ChatAsync("g", Stored(answer)));
        Assert.Equal(LlmErrorKind.NoCandidate, absent.Kind);
        Assert.Contains("'gone/m' that made the encrypted reasoning is not among those that may serve", absent.Message, StringComparison.Ordinal);
        Assert.All(_sent.Values.Where(static h => h.LastBody is not null), static h => Assert.DoesNotContain("And?", h.LastBody, StringComparison.Ordinal));

        ChatOptions drop = ((ChatOptions?)null).WithRouting(new RoutingOptions { UnsupportedFields = UnsupportedFields.Drop });
        CallRoute route = (await later.Client.ChatAsync("g", Stored(answer), drop)).GetRoute()!;
        Assert.Contains("reasoning state: dropped, only 'gone/m' can decrypt it", route.Changes!);
        string sent = _sent[route.Deployment![..1]].LastBody!;
        Assert.DoesNotContain("encrypted_content\":\"abc", sent, StringComparison.Ordinal);
        Assert.Contains("And?", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_of_one_that_the_caller_names_serves_without_the_reasoning_of_another()
    {
        using CallHarness first = Harness(Thoughtful, "a");
        ChatResponse answer = await first.Client.ChatAsync("g", "Why?");
        using CallHarness later = Harness(Answer, "b");
        CallRoute route = (await later.Client.ChatAsync("g", Stored(answer))).GetRoute()!;
        Assert.Equal("b/m", route.Deployment);
        Assert.Contains("reasoning state: dropped, only 'a/m' can decrypt it", route.Changes!);
    }
}
