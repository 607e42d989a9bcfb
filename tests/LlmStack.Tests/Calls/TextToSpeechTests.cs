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
    public async Task The_stream_brings_the_whole_sound()
    {
        await using var server = new RawHttpServer(Sound);
        await using var h = new MediaHarness(server, server);
        var updates = new List<TextToSpeechResponseUpdate>();
        await foreach (TextToSpeechResponseUpdate update in h.Client.AsTextToSpeechClient("g").GetStreamingAudioAsync("Hi"))
        {
            updates.Add(update);
        }

        DataContent sound = Assert.Single(updates.SelectMany(static update => update.Contents).OfType<DataContent>());
        Assert.Equal(("audio/mpeg", "ID3x"), (sound.MediaType, System.Text.Encoding.UTF8.GetString(sound.Data.Span)));
        Assert.Equal("""{"input":"Hi","model":"m","voice":"alloy"}""", server.LastBody);
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
