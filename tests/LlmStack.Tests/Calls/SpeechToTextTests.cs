using System.Text;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class SpeechToTextTests
{
    private const string Said = """{"text":"Tea is ready.","usage":{"type":"tokens","input_tokens":1000000,"input_token_details":{"text_tokens":0,"audio_tokens":1000000},"output_tokens":100000,"total_tokens":1100000}}""";

    private static MemoryStream Wav() => new(Encoding.ASCII.GetBytes("RIFF\0\0\0\0WAVEfmt"));

    [Fact]
    public async Task A_transcript_falls_back_and_carries_its_route_span_and_cost()
    {
        await using var busy = new RawHttpServer(RawReply.Body(503, """{"error":{"message":"overloaded"}}"""));
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using var h = new MediaHarness(busy, server, new ModelPrice { InputPerMillion = 2.5m, InputAudioPerMillion = 6, OutputPerMillion = 10 });
        var options = new SpeechToTextOptions { SpeechLanguage = "en", AdditionalProperties = new() { ["prompt"] = "kettle", ["include"] = new[] { "logprobs" } } };

        SpeechToTextResponse heard = await h.Client.AsSpeechToTextClient("g").GetTextAsync(Wav(), options.WithRouting(new RoutingOptions()));

        Assert.Equal("Tea is ready.", heard.Text);
        Assert.Equal(["one/m", "two/m"], heard.GetRoute()!.Attempts.Select(static attempt => attempt.Deployment));
        Assert.Equal(7m, heard.GetRoute()!.Cost.Total);
        Assert.StartsWith("POST /v1/audio/transcriptions ", server.Requests[0], StringComparison.Ordinal);
        string form = Form(server);
        Assert.Equal(
            ["model=m", "language=en", "prompt=kettle", "include[]=logprobs", "file=RIFF\0\0\0\0WAVEfmt"],
            Fields(form));
        Assert.Contains("name=\"file\"; filename=\"audio.wav\"\r\nContent-Type: audio/wav\r\n", form, StringComparison.Ordinal);
        h.Traces.ShouldHaveChild("speech_to_text g", "attempt 2", ObservationType.Generation);
        Assert.Equal(("""{"file":"audio.wav","media_type":"audio/wav","bytes":15}""", "\"Tea is ready.\""), (h.Traces.Single("attempt 2").GetInputJson(), h.Traces.Single("attempt 2").GetOutputJson()));
    }

    [Theory]
    [InlineData("whisper-1", "response_format=verbose_json")]
    [InlineData("gpt-4o-transcribe", "response_format=json")]
    [InlineData("gpt-4o-transcribe-diarize", "response_format=diarized_json,chunking_strategy=auto")]
    public async Task The_form_that_says_most_is_asked_for(string model, string fields)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"text":"Tea.","language":"english","duration":61.6,"segments":[{"id":0,"start":0,"end":61.6,"text":"Tea."}],"words":[]}"""));
        await using LlmStackInstance stack = OpenAI(server, model);

        SpeechToTextResponse heard = await stack.Client.AsSpeechToTextClient("g").GetTextAsync(Wav());

        Assert.Contains(fields, string.Join(',', Fields(Form(server))), StringComparison.Ordinal);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(61.6), "english"), (heard.StartTime, heard.EndTime, heard.AdditionalProperties!["language"]));
        Assert.Equal(1, ((System.Text.Json.JsonElement)heard.AdditionalProperties["segments"]!).GetArrayLength());
    }

    [Fact]
    public async Task Sound_billed_by_its_length_has_a_cost()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"text":"Tea.","duration":60.2}"""));
        await using LlmStackInstance stack = OpenAI(server, "whisper-1");
        SpeechToTextResponse heard = await stack.Client.AsSpeechToTextClient("g").GetTextAsync(Wav());
        Assert.Equal(0.006m, heard.GetRoute()!.Cost.Total);
        Assert.Equal(("audio_seconds", 60L), (heard.GetRoute()!.Cost.Lines[0].Bucket, heard.GetRoute()!.Cost.Lines[0].Quantity));
    }

    [Theory]
    [InlineData("de", "en", "POST /v1/audio/translations ")]
    [InlineData(null, "en-GB", "POST /v1/audio/translations ")]
    [InlineData("en-GB", "en", "POST /v1/audio/transcriptions ")]
    [InlineData("de", null, "POST /v1/audio/transcriptions ")]
    public async Task English_text_of_another_language_is_a_translation(string? spoken, string? text, string line)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using LlmStackInstance stack = OpenAI(server, "whisper-1");
        await stack.Client.AsSpeechToTextClient("g").GetTextAsync(Wav(), new SpeechToTextOptions { SpeechLanguage = spoken, TextLanguage = text });
        Assert.StartsWith(line, server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_other_translation_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using LlmStackInstance stack = OpenAI(server, "whisper-1");
        LlmException error = await CallHarness.FailsAsync(() => stack.Client.AsSpeechToTextClient("g").GetTextAsync(Wav(), new SpeechToTextOptions { SpeechLanguage = "de", TextLanguage = "fr" }));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("TextLanguage: 'fr' cannot be sent, the format translates into English only", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Subtitles_come_as_they_are()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "WEBVTT\n\n00:00.000 --> 00:01.000\nTea\n", "Content-Type: text/vtt"));
        await using LlmStackInstance stack = OpenAI(server, "whisper-1");
        SpeechToTextResponse heard = await stack.Client.AsSpeechToTextClient("g").GetTextAsync(Wav(), new SpeechToTextOptions { AdditionalProperties = new() { ["response_format"] = "vtt" } });
        Assert.Equal("WEBVTT\n\n00:00.000 --> 00:01.000\nTea\n", heard.Text);
        Assert.Contains("response_format=vtt", Fields(Form(server)));
    }

    [Theory]
    [InlineData("transcript")]
    [InlineData("transcription")]
    public async Task A_streamed_transcript_comes_piece_by_piece(string family)
    {
        await using var server = new RawHttpServer(RawReply.Stream(
            $$"""data: {"type":"{{family}}.text.delta","delta":"Tea "}""" + "\n\n",
            $$"""data: {"type":"{{family}}.text.delta","delta":"is ready."}""" + "\n\n",
            "data: {\"type\":\"" + family + ".text.done\",\"text\":\"Tea is ready.\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":10,\"output_tokens\":4,\"total_tokens\":14}}\n\n"));
        await using var h = new MediaHarness(server, server);

        List<SpeechToTextResponseUpdate> updates = await CollectAsync(h.Client);

        Assert.Equal(["Tea ", "is ready.", ""], updates.Select(static update => update.Text));
        Assert.Equal("one/m", updates[0].GetRoute()!.Deployment);
        Assert.Equal((14, 1), (updates[^1].Contents.OfType<UsageContent>().Single().Details.TotalTokenCount, updates[^1].GetRoute()!.Attempts.Count));
        Assert.Contains("stream=true", Fields(Form(server)));
        SpeechToTextResponse whole = updates.ToSpeechToTextResponse();
        Assert.Equal(("Tea is ready.", 14), (whole.Text, whole.Usage!.TotalTokenCount));
        Assert.Equal("\"Tea is ready.\"", h.Traces.Single("speech_to_text g").GetOutputJson());
    }

    [Fact]
    public async Task Who_spoke_when_comes_beside_the_words()
    {
        await using var server = new RawHttpServer(RawReply.Stream(
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Tea.\",\"segment_id\":\"s1\"}\n\n",
            "data: {\"type\":\"transcript.text.segment\",\"id\":\"s1\",\"start\":0.5,\"end\":1.5,\"text\":\"Tea.\",\"speaker\":\"A\"}\n\n",
            "data: {\"type\":\"transcript.text.done\",\"text\":\"Tea.\"}\n\n"));
        await using var h = new MediaHarness(server, server);
        List<SpeechToTextResponseUpdate> updates = await CollectAsync(h.Client);
        Assert.Equal("Tea.", string.Concat(updates.Select(static update => update.Text)));
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5), "A"), (updates[1].StartTime, updates[1].EndTime, updates[1].AdditionalProperties!["speaker"]));
    }

    [Theory]
    [InlineData("{\"text\":\"Tea.\"}")]
    [InlineData("data: {\"type\":\"transcript.text.done\",\"text\":\"Tea.\"}\n\ndata: [DONE]\n\n")]
    public async Task A_server_that_does_not_stream_is_read_as_well(string body)
    {
        await using var server = new RawHttpServer(RawReply.Stream(body));
        await using var h = new MediaHarness(server, server);
        Assert.Equal("Tea.", (await CollectAsync(h.Client)).ToSpeechToTextResponse().Text);
    }

    [Fact]
    public async Task A_model_that_does_not_stream_is_asked_for_the_whole()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using LlmStackInstance stack = OpenAI(server, "whisper-1");
        List<SpeechToTextResponseUpdate> updates = await CollectAsync(stack.Client);
        Assert.Equal("Tea is ready.", updates.ToSpeechToTextResponse().Text);
        Assert.DoesNotContain("stream=true", Fields(Form(server)));
        Assert.Single(updates[^1].GetRoute()!.Attempts);
    }

    [Theory]
    [InlineData("data: {\"type\":\"transcript.text.delta\",\"delta\":\"Tea\"}\n\n", LlmErrorKind.StreamInterrupted, "Tea")]
    [InlineData("data: {\"type\":\"transcript.text.delta\",\"delta\":\"Tea\"}\n\ndata: {\"type\":\"error\",\"error\":{\"message\":\"oops\",\"type\":\"server_error\"}}\n\n", LlmErrorKind.StreamInterrupted, "Tea")]
    [InlineData("data: {\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}\n\n", LlmErrorKind.RateLimited, null)]
    [InlineData("data: {oops}\n\n", LlmErrorKind.InvalidResponse, null)]
    [InlineData("{\"ok\":true}", LlmErrorKind.InvalidResponse, null)]
    [InlineData("<html><title>Login</title></html>", LlmErrorKind.InvalidResponse, null)]
    [InlineData("", LlmErrorKind.InvalidResponse, null)]
    public async Task Streams_that_go_wrong_have_their_kinds(string body, LlmErrorKind kind, string? partial)
    {
        await using var server = new RawHttpServer(RawReply.Stream(body));
        await using LlmStackInstance stack = OpenAI(server, "gpt-4o-transcribe");
        LlmException error = await CallHarness.FailsAsync(() => CollectAsync(stack.Client, new SpeechToTextOptions().WithRouting(new RoutingOptions { MaxAttempts = 1 })));
        Assert.Equal((kind, partial), (error.Kind, error.PartialText));
    }

    [Fact]
    public async Task Sound_that_is_too_long_for_the_service_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using LlmStackInstance stack = OpenAI(server, "whisper-1");
        LlmException error = await CallHarness.FailsAsync(() => stack.Client.AsSpeechToTextClient("g").GetTextAsync(new MemoryStream(new byte[(25 * 1024 * 1024) + 1])));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("26214401 bytes; the service takes at most 26214400", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Bad_input_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using var h = new MediaHarness(server, server);
        using ISpeechToTextClient ears = h.Client.AsSpeechToTextClient("g");
        var closed = new MemoryStream();
        closed.Dispose();
        (Stream Sound, SpeechToTextOptions? Options, string Says)[] cases =
        [
            (new MemoryStream(), null, "audioSpeechStream is empty"),
            (closed, null, "cannot be read"),
            (new EndlessStream(), null, "allowed are at most 268435456"),
            (Wav(), new SpeechToTextOptions { SpeechSampleRate = 0 }, "SpeechSampleRate is 0"),
            (Wav(), new SpeechToTextOptions { RawRepresentationFactory = static _ => null }, "RawRepresentationFactory is set"),
            (Wav(), new SpeechToTextOptions { AdditionalProperties = new() { ["model"] = "x" } }, "AdditionalProperties['model']"),
        ];
        foreach ((Stream sound, SpeechToTextOptions? options, string says) in cases)
        {
            LlmException error = await CallHarness.FailsAsync(() => ears.GetTextAsync(sound, options));
            Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
        Assert.Equal("g", ears.GetService<SpeechToTextClientMetadata>()!.DefaultModelId);
    }

    [Theory]
    [InlineData("fLaC", "audio/flac", "audio.flac")]
    [InlineData("OggS", "audio/ogg", "audio.ogg")]
    [InlineData("ID3\u0003", "audio/mpeg", "audio.mp3")]
    [InlineData("\0\0\0 ftypM4A ", "audio/mp4", "audio.m4a")]
    [InlineData("what", "application/octet-stream", "audio")]
    public async Task The_type_is_read_off_the_bytes(string bytes, string mediaType, string name)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Said));
        await using var h = new MediaHarness(server, server);
        await h.Client.AsSpeechToTextClient("g").GetTextAsync(new MemoryStream(Encoding.Latin1.GetBytes(bytes)));
        Assert.Contains($"filename=\"{name}\"\r\nContent-Type: {mediaType}\r\n", Form(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_keeps_its_name()
    {
        string path = Path.Combine(Path.GetTempPath(), $"llmstack-{Guid.NewGuid():N}.oga");
        await File.WriteAllTextAsync(path, "....");
        try
        {
            await using var server = new RawHttpServer(RawReply.Body(200, Said));
            await using var h = new MediaHarness(server, server);
            await using FileStream file = File.OpenRead(path);
            await h.Client.AsSpeechToTextClient("g").GetTextAsync(file);
            Assert.Contains($"filename=\"{Path.GetFileName(path)}\"\r\nContent-Type: audio/ogg\r\n", Form(server), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static LlmStackInstance OpenAI(RawHttpServer server, string model) => LlmClientFactory.Create(llm => llm
        .AddOpenAI(o => { o.Endpoint = server.Address.ToString(); o.ApiKey = "k"; })
        .AddModelGroup("g", g => g.AddDeployment("openai/" + model)));

    private static async Task<List<SpeechToTextResponseUpdate>> CollectAsync(ILlmClient client, SpeechToTextOptions? options = null)
    {
        var updates = new List<SpeechToTextResponseUpdate>();
        await foreach (SpeechToTextResponseUpdate update in client.AsSpeechToTextClient("g").GetStreamingTextAsync(Wav(), options))
        {
            updates.Add(update);
        }

        return updates;
    }

    private static string Form(RawHttpServer server) => server.LastBody;

    /// <summary>The fields of a form as <c>name=value</c>.</summary>
    private static string[] Fields(string form) =>
        [.. form.Split("Content-Disposition: form-data; name=\"").Skip(1).Select(static part =>
            $"{part[..part.IndexOf('"', StringComparison.Ordinal)]}={part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..part.LastIndexOf("\r\n--", StringComparison.Ordinal)]}")];

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
