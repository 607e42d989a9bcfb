using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class TextToSpeechTests
{
    private static readonly RawReply Sound = RawReply.Body(200, "ID3x", "Content-Type: audio/mpeg");

    [Fact]
    public async Task Speech_falls_back_and_carries_its_route_and_span()
    {
        await using var busy = new RawHttpServer(RawReply.Body(503, """{"error":{"message":"overloaded"}}"""));
        await using var server = new RawHttpServer(Sound);
        await using var h = new MediaHarness(busy, server);
        var options = new TextToSpeechOptions { VoiceId = "coral", AudioFormat = "audio/mpeg", Speed = 1.5f, AdditionalProperties = new() { ["instructions"] = "calm" } };

        TextToSpeechResponse response = await h.Client.AsTextToSpeechClient("g").GetAudioAsync("Hi", options.WithRouting(new RoutingOptions()));

        Assert.Equal(["one/m", "two/m"], response.GetRoute()!.Attempts.Select(static attempt => attempt.Deployment));
        Assert.StartsWith("POST /v1/audio/speech ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"input":"Hi","model":"m","voice":"coral","response_format":"mp3","speed":1.5,"instructions":"calm"}""", server.LastBody);
        h.Traces.ShouldHaveChild("text_to_speech g", "attempt 2", ObservationType.Generation);
    }

    [Fact]
    public async Task The_stream_brings_the_sound_piece_by_piece()
    {
        // Two writes far apart: the second is sent when the first has been handed on.
        await using var server = new RawHttpServer(RawReply.ChunkedBytes(complete: false, ["ID3"u8.ToArray()], "Content-Type: audio/mpeg") with { End = RawEnd.Hold });
        await using var h = new MediaHarness(server, server);
        await using IAsyncEnumerator<TextToSpeechResponseUpdate> updates = h.Client.AsTextToSpeechClient("g").GetStreamingAudioAsync("Hi").GetAsyncEnumerator();

        Assert.True(await updates.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        DataContent sound = Assert.IsType<DataContent>(Assert.Single(updates.Current.Contents));
        Assert.Equal(("audio/mpeg", "ID3", "one/m"), (sound.MediaType, System.Text.Encoding.UTF8.GetString(sound.Data.Span), updates.Current.GetRoute()!.Deployment));
        await updates.DisposeAsync();
        await server.ClientGone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_whole_stream_ends_with_its_route_and_a_trace_without_the_bytes()
    {
        await using var server = new RawHttpServer(Sound);
        await using var h = new MediaHarness(server, server);
        List<TextToSpeechResponseUpdate> updates = await CollectAsync(h.Client, "g");

        TextToSpeechResponse whole = updates.ToTextToSpeechResponse();
        Assert.Equal("ID3x", System.Text.Encoding.UTF8.GetString(Assert.Single(whole.Contents.OfType<DataContent>()).Data.Span));
        Assert.Equal("""{"input":"Hi","model":"m","voice":"alloy"}""", server.LastBody);
        Assert.Equal(TextToSpeechResponseUpdateKind.SessionClose, updates[^1].Kind);
        Assert.Single(updates[^1].GetRoute()!.Attempts);
        Assert.Equal("""{"media_type":"audio/mpeg","bytes":4}""", h.Traces.Single("text_to_speech g").GetOutputJson());
    }

    [Fact]
    public async Task A_cut_sound_is_interrupted()
    {
        await using var server = new RawHttpServer(RawReply.ChunkedBytes(complete: false, ["ID3"u8.ToArray()], "Content-Type: audio/mpeg"));
        await using var h = new MediaHarness(server, server);
        Assert.Equal(LlmErrorKind.StreamInterrupted, (await CallHarness.FailsAsync(() => CollectAsync(h.Client, "g"))).Kind);
    }

    [Fact]
    public async Task A_stream_refused_before_its_first_sound_falls_back()
    {
        await using var busy = new RawHttpServer(RawReply.Body(200, """{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"""));
        await using var server = new RawHttpServer(Sound);
        await using var h = new MediaHarness(busy, server);
        List<TextToSpeechResponseUpdate> updates = await CollectAsync(h.Client, "g");
        Assert.Equal([LlmErrorKind.RateLimited, null], updates[^1].GetRoute()!.Attempts.Select(static attempt => attempt.Error));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Models_that_speak_in_events_tell_their_usage(bool streaming)
    {
        const string Events = "data: {\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}\n\ndata: {\"type\":\"speech.audio.delta\",\"audio\":\"eA==\"}\n\ndata: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":1000000,\"output_tokens\":500000,\"total_tokens\":1500000}}\n\n";
        await using var server = new RawHttpServer(RawReply.Stream(Events));
        await using LlmStackInstance stack = Voices(server);
        TextToSpeechResponse spoken = streaming
            ? (await CollectAsync(stack.Client, "g")).ToTextToSpeechResponse()
            : await stack.Client.AsTextToSpeechClient("g").GetAudioAsync("Hi");

        Assert.Equal("ID3x", string.Concat(spoken.Contents.OfType<DataContent>().Select(static part => System.Text.Encoding.UTF8.GetString(part.Data.Span))));
        Assert.Equal(6.6m, spoken.GetRoute()!.Cost.Total);
        Assert.Equal("""{"input":"Hi","model":"gpt-4o-mini-tts","voice":"alloy","stream_format":"sse"}""", server.LastBody);
    }

    [Theory]
    [InlineData("data: {\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}\n\n", LlmErrorKind.Network)]
    [InlineData("data: {\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}\n\ndata: {\"type\":\"error\",\"error\":{\"message\":\"oops\",\"type\":\"server_error\"}}\n\n", LlmErrorKind.ServerError)]
    [InlineData("data: {\"type\":\"speech.audio.delta\",\"audio\":\"%%\"}\n\n", LlmErrorKind.InvalidResponse)]
    [InlineData("data: {\"type\":\"speech.audio.done\"}\n\n", LlmErrorKind.InvalidResponse)]
    [InlineData("{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}", LlmErrorKind.RateLimited)]
    public async Task Events_that_go_wrong_have_their_kinds(string events, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Stream(events));
        await using LlmStackInstance stack = Voices(server);
        Assert.Equal(kind, (await CallHarness.FailsAsync(() => stack.Client.AsTextToSpeechClient("g").GetAudioAsync("Hi", new TextToSpeechOptions().WithRouting(new RoutingOptions { MaxAttempts = 1 })))).Kind);
    }

    private static LlmStackInstance Voices(RawHttpServer server) => LlmClientFactory.Create(llm => llm
        .AddOpenAI(o => { o.Endpoint = server.Address.ToString(); o.ApiKey = "k"; })
        .AddModelGroup("g", g => g.AddDeployment("openai/gpt-4o-mini-tts")));

    private static async Task<List<TextToSpeechResponseUpdate>> CollectAsync(ILlmClient client, string group)
    {
        var updates = new List<TextToSpeechResponseUpdate>();
        await foreach (TextToSpeechResponseUpdate update in client.AsTextToSpeechClient(group).GetStreamingAudioAsync("Hi"))
        {
            updates.Add(update);
        }

        return updates;
    }

    [Theory]
    [InlineData(200, """{"error":{"message":"slow down","code":"rate_limit_exceeded"}}""", LlmErrorKind.RateLimited)]
    [InlineData(200, """{"ok":true}""", LlmErrorKind.InvalidResponse)]
    [InlineData(401, """{"error":{"message":"no"}}""", LlmErrorKind.Authentication)]
    public async Task Failures_have_their_kinds(int status, string body, LlmErrorKind kind)
    {
        await using var server = new RawHttpServer(RawReply.Body(status, body));
        await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm.AddOpenAICompatible("one", server.Address.ToString()).AddModelGroup("g", g => g.AddDeployment("one/m")));
        Assert.Equal(kind, (await CallHarness.FailsAsync(() => stack.Client.AsTextToSpeechClient("g").GetAudioAsync("Hi", new TextToSpeechOptions().WithRouting(new RoutingOptions { MaxAttempts = 1 })))).Kind);
    }

    [Fact]
    public async Task Bad_input_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(Sound);
        await using var h = new MediaHarness(server, server);
        using ITextToSpeechClient voices = h.Client.AsTextToSpeechClient("g");
        Assert.Contains("text is empty", (await CallHarness.FailsAsync(() => voices.GetAudioAsync(""))).Message, StringComparison.Ordinal);
        Assert.Contains("RawRepresentationFactory", (await CallHarness.FailsAsync(() => voices.GetAudioAsync("x", new TextToSpeechOptions { RawRepresentationFactory = static _ => null }))).Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }
}
