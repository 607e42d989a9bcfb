using LlmStack.Providers;
using LlmStack.Providers.ChatClient;
using LlmStack.Tests.Providers.Anthropic;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.ChatClient;

/// <summary>Reasoning state of somebody's chat client is marked with where it came from; state of others never reaches the client.</summary>
public sealed class ForeignThoughtsTests
{
    private const string Dropped = "reasoning state: dropped, it belongs to another vendor";

    private static async Task<ChatResponse> AnswerAsync(string name, bool streaming)
    {
        var provider = new ChatClientProvider(name, new ThinkingClient(), null);
        return streaming
            ? (await Wire.CollectAsync(provider.ChatStreamingAsync(Wire.Call(), Wire.Hello, null, CancellationToken.None))).ToChatResponse()
            : await provider.ChatAsync(Wire.Call(), Wire.Hello, null, CancellationToken.None);
    }

    private static async Task<(ThinkingClient Client, AttemptReport Report)> SendAsync(string name, ChatResponse answer, bool streaming)
    {
        var client = new ThinkingClient();
        var provider = new ChatClientProvider(name, client, null);
        ProviderCall call = Wire.Call();
        List<ChatMessage> history = [.. Wire.Hello, .. answer.Messages, new(ChatRole.User, "And?")];
        if (streaming)
        {
            await Wire.CollectAsync(provider.ChatStreamingAsync(call, history, null, CancellationToken.None));
        }
        else
        {
            await provider.ChatAsync(call, history, null, CancellationToken.None);
        }

        return (client, call.Report);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_own_state_comes_back(bool streaming)
    {
        (ThinkingClient client, AttemptReport report) = await SendAsync("mine", await AnswerAsync("mine", streaming), streaming);

        Assert.Equal("state-1", client.Sent.SelectMany(static message => message.Contents).OfType<TextReasoningContent>().Single(static thought => thought.ProtectedData is not null).ProtectedData);
        Assert.Null(report.Changes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_clients_state_is_dropped_and_the_thought_stays(bool streaming)
    {
        ChatResponse answer = await AnswerAsync("theirs", streaming);

        (ThinkingClient client, AttemptReport report) = await SendAsync("mine", answer, streaming);

        TextReasoningContent thought = client.Sent.SelectMany(static message => message.Contents).OfType<TextReasoningContent>().Single();
        Assert.Equal(("Hm, yes", null), (thought.Text, thought.ProtectedData));
        Assert.Equal([Dropped], report.Changes!);
        Assert.Contains(answer.Messages.SelectMany(static message => message.Contents).OfType<TextReasoningContent>(), static own => own.ProtectedData == "state-1");
    }

    [Fact]
    public async Task A_vendors_format_is_not_sent_a_clients_state()
    {
        ChatResponse answer = await AnswerAsync("theirs", streaming: false);
        ProviderCall call = AnthropicWire.Call();

        string body = await AnthropicWire.BodyAsync([.. Wire.Hello, .. answer.Messages, new(ChatRole.User, "And?")], call: call);

        Assert.DoesNotContain("state-1", body, StringComparison.Ordinal);
        Assert.Contains(Dropped, call.Report.Changes!);
    }

    [Fact]
    public async Task State_that_the_user_put_there_is_sent()
    {
        var answer = new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("x") { ProtectedData = "users" }, new TextContent("y")]));

        (ThinkingClient client, AttemptReport report) = await SendAsync("mine", answer, streaming: false);

        Assert.Equal("users", client.Sent.SelectMany(static message => message.Contents).OfType<TextReasoningContent>().Single().ProtectedData);
        Assert.Null(report.Changes);
    }

    private sealed class ThinkingClient : IChatClient
    {
        public List<ChatMessage> Sent { get; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Sent.AddRange(messages);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("Hm, yes") { ProtectedData = "state-1" }, new TextContent("ok")])) { FinishReason = ChatFinishReason.Stop });
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Sent.AddRange(messages);
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("Hm, ")]);
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("yes") { ProtectedData = "state-1" }]);
            yield return new ChatResponseUpdate(ChatRole.Assistant, "ok") { FinishReason = ChatFinishReason.Stop };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
