using System.Drawing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Docs;

/// <summary>The code of the section on other operations in docs/providers.md. A change there is a change here.</summary>
public sealed class OtherOperationsSnippetTests
{
    [Fact]
    public async Task Providers_a_moderator_judges_texts()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"results":[{"flagged":false,"categories":{"violence":false}},{"flagged":true,"categories":{"violence":true},"category_scores":{"violence":0.8}}]}"""));
        await using var h = new MediaHarness(server, server);
        ILlmClient llm = h.Client;
        double? score = null;

        IModerator moderator = llm.AsModerator("g");
        ModerationResponse verdict = await moderator.ModerateAsync(["How do I make tea?", "…"]);
        if (verdict.AnyFlagged)
        {
            score = verdict.Results[1].Find("violence")?.Score;
        }

        Assert.Equal(0.8, score);
        Assert.Equal("one/m", verdict.GetRoute()!.Deployment);
    }

    [Fact]
    public async Task Providers_an_image_has_its_type_size_and_cost()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"data":[{"b64_json":"iVBORw=="}],"usage":{"input_tokens":0,"output_tokens":1000000,"total_tokens":1000000}}"""));
        await using var h = new MediaHarness(server, server, new ModelPrice { InputPerMillion = 5, OutputPerMillion = 40 });
        ILlmClient llm = h.Client;

        IImageGenerator pictures = llm.AsImageGenerator("g");
        ImageGenerationResponse drawn = await pictures.GenerateImagesAsync("A cup of tea", new ImageGenerationOptions { ImageSize = new Size(1024, 1024) });
        DataContent image = drawn.Contents.OfType<DataContent>().First();

        Assert.Equal("image/png, 4 bytes, $40", $"{image.MediaType}, {image.Data.Length} bytes, ${drawn.GetRoute()?.Cost.Total:0}");
    }

    [Fact]
    public async Task Providers_a_voice_answers_with_sound()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "RIFF", "Content-Type: audio/wav"));
        await using var h = new MediaHarness(server, server);
        ILlmClient llm = h.Client;

        ITextToSpeechClient voices = llm.AsTextToSpeechClient("g");
        TextToSpeechResponse spoken = await voices.GetAudioAsync("Tea is ready.", new TextToSpeechOptions { VoiceId = "coral", AudioFormat = "wav" });
        DataContent sound = spoken.Contents.OfType<DataContent>().First();

        Assert.Equal(("audio/wav", 4), (sound.MediaType, sound.Data.Length));
    }

    [Fact]
    public async Task Providers_an_ear_writes_down_speech()
    {
        string path = Path.Combine(Path.GetTempPath(), $"llmstack-{Guid.NewGuid():N}.mp3");
        await File.WriteAllTextAsync(path, "ID3");
        try
        {
            await using var server = new RawHttpServer(RawReply.Body(200, """{"text":"Tea is ready.","duration":36}"""));
            await using var h = new MediaHarness(server, server, new ModelPrice { AudioPerHour = 1 });
            ILlmClient llm = h.Client;

            ISpeechToTextClient ears = llm.AsSpeechToTextClient("g");
            await using FileStream call = File.OpenRead(path);
            SpeechToTextResponse heard = await ears.GetTextAsync(call, new SpeechToTextOptions { SpeechLanguage = "en" });

            Assert.Equal("Tea is ready. (00:00:36, $0.01)", $"{heard.Text} ({heard.EndTime}, ${heard.GetRoute()?.Cost.Total:0.00})");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
