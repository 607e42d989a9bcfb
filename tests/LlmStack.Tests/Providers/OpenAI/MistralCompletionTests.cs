using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Mistral's fill-in-the-middle: its body, and answers that look like a chat's.</summary>
public sealed class MistralCompletionTests
{
    private static readonly OpenAIProfile Profile = OpenAIFamily.Members.Single(static member => member.Type == "Mistral").Profile;

    private static ITextCompletionProvider Face(RawHttpServer server) =>
        Assert.IsAssignableFrom<ITextCompletionProvider>(Provider(server, Profile).GetService(typeof(ITextCompletionProvider)));

    private static async Task StreamAsync(string events, List<TextCompletionUpdate> updates)
    {
        await using var server = new RawHttpServer(RawReply.Stream(events));
        await foreach (TextCompletionUpdate update in Face(server).CompleteStreamingAsync(Call("codestral-latest"), "p", null, CancellationToken.None))
        {
            updates.Add(update);
        }

        Assert.Equal("""{"prompt":"p","model":"codestral-latest","stream":true}""", server.LastBody);
    }

    [Fact]
    public async Task The_gap_is_asked_for_and_read()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"id":"c","model":"codestral-2508","choices":[{"index":0,"message":{"role":"assistant","content":"a + b"},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"""));
        ProviderCall call = Call("codestral-latest");
        TextCompletion answer = await Face(server).CompleteAsync(call, "def f(", new() { Suffix = "return", MaxOutputTokens = 9, Seed = 7, StopSequences = ["x"], Echo = false, FrequencyPenalty = 1, AdditionalProperties = new() { ["min_tokens"] = 2 } }, CancellationToken.None);

        Assert.Contains("/fim/completions ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"prompt":"def f(","model":"codestral-latest","max_tokens":9,"random_seed":7,"stop":["x"],"suffix":"return","min_tokens":2}""", server.LastBody);
        Assert.Equal(["frequency_penalty: dropped, the service's text completions have no such field"], call.Report.Changes);
        Assert.Equal(("a + b", "codestral-2508", ChatFinishReason.Length, 3L), (answer.Text, answer.ModelId, answer.FinishReason, answer.Usage?.TotalTokenCount));
    }

    [Fact]
    public async Task It_streams()
    {
        var updates = new List<TextCompletionUpdate>();
        await StreamAsync(Events(Chunk("a"), Chunk("b"), """{"id":"c1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""", "[DONE]"), updates);
        Assert.Equal(("ab", ChatFinishReason.Stop, 15L), (string.Concat(updates.Select(static u => u.Text)), updates[^1].FinishReason, updates[^1].Usage?.TotalTokenCount));
    }

    [Fact]
    public async Task A_cut_stream_fails()
    {
        var updates = new List<TextCompletionUpdate>();
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => StreamAsync(Events(Chunk("a")), updates));
        Assert.Equal((LlmErrorKind.Network, "a"), (e.Kind, string.Concat(updates.Select(static u => u.Text))));
    }

    [Fact]
    public async Task An_echo_is_refused_before_anything_is_sent()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "{}"));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Face(server).CompleteAsync(Call(), "p", new() { Echo = true }, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_failure_has_its_kind()
    {
        await using var server = new RawHttpServer(RawReply.Body(401, """{"detail":"Unauthorized"}"""));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Face(server).CompleteAsync(Call(), "p", null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.Authentication, e.Kind);
    }
}
