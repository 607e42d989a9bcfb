using LlmStack.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>The scripted provider plays moderation, images and sound, and groups have keyed clients for them.</summary>
public sealed class ScriptedMediaTests
{
    private static CallHarness Pair() => new(
        llm => llm.AddModelGroup("g", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)),
        "a",
        "b");

    [Fact]
    public async Task Moderation_is_scripted()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded);
        h["b"].OnCall(1).Flag("violence");
        ModerationResponse verdict = await h.Client.AsModerator("g").ModerateAsync(["x", "y"]);
        Assert.Equal([true, true], verdict.Results.Select(static result => result.Find("violence")!.Flagged));
        Assert.Equal("b/m", verdict.GetRoute()!.Deployment);
        Assert.Equal((LlmOperation.Moderation, "x,y"), (h["b"].Calls[0].Operation, string.Join(',', h["b"].Calls[0].Inputs)));
        Assert.False((await h.Client.AsModerator("g").ModerateAsync([new TextContent("z")])).AnyFlagged);
        Assert.Equal("z", Assert.IsType<TextContent>(Assert.Single(h["a"].Calls[1].Contents)).Text);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Images_are_scripted()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Draw(new DataContent(new byte[] { 1, 2 }, "image/webp")).Usage(1, 2);
        ImageGenerationResponse drawn = await h.Client.AsImageGenerator("g").GenerateImagesAsync("tea", new ImageGenerationOptions { Count = 1 });
        Assert.Equal("image/webp", Assert.IsType<DataContent>(Assert.Single(drawn.Contents)).MediaType);
        Assert.Equal(("tea", 1), (Assert.Single(h["a"].Calls[0].Inputs), h["a"].Calls[0].ImageOptions!.Count));
        Assert.Equal("image/png", Assert.IsType<DataContent>(Assert.Single((await h.Client.AsImageGenerator("g").GenerateImagesAsync("tea")).Contents)).MediaType);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Speech_is_scripted()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Speak(new DataContent(new byte[] { 1, 2 }, "audio/wav"), new DataContent(new byte[] { 3 }, "audio/wav"));
        h["a"].OnCall(2).Speak(new DataContent(new byte[] { 1, 2 }, "audio/wav"), new DataContent(new byte[] { 3 }, "audio/wav")).CutAfter(1);
        ITextToSpeechClient voices = h.Client.AsTextToSpeechClient("g");
        DataContent sound = Assert.IsType<DataContent>(Assert.Single((await voices.GetAudioAsync("Hi")).Contents));
        Assert.Equal(("audio/wav", 3), (sound.MediaType, sound.Data.Length));

        int bytes = 0;
        LlmException error = await CallHarness.FailsAsync(async () =>
        {
            await foreach (TextToSpeechResponseUpdate update in voices.GetStreamingAudioAsync("Hi"))
            {
                bytes += update.Contents.OfType<DataContent>().Sum(static part => part.Data.Length);
            }
        });
        Assert.Equal((LlmErrorKind.StreamInterrupted, 2), (error.Kind, bytes));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Transcripts_are_scripted()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("Tea ", "is ready.").Usage(3, 4);
        h["a"].OnCall(2).Stream("Tea ", "is ready.");
        ISpeechToTextClient ears = h.Client.AsSpeechToTextClient("g");
        var updates = new List<SpeechToTextResponseUpdate>();
        await foreach (SpeechToTextResponseUpdate update in ears.GetStreamingTextAsync(new MemoryStream([1])))
        {
            updates.Add(update);
        }

        Assert.Equal(["Tea ", "is ready.", ""], updates.Select(static update => update.Text));
        Assert.Equal(4, updates.ToSpeechToTextResponse().Usage!.OutputTokenCount);
        Assert.Equal("Tea is ready.", (await ears.GetTextAsync(new MemoryStream([1]))).Text);
        Assert.Equal(1, Assert.IsType<DataContent>(Assert.Single(h["a"].Calls[0].Contents)).Data.Length);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Groups_have_keyed_clients_of_every_operation()
    {
        var provider = new ScriptedProvider();
        await using ServiceProvider services = new ServiceCollection()
            .AddLlmStack(llm => llm.AddScriptedProvider("a", provider).AddModelGroup("g", g => g.AddDeployment("a/m"))).Services
            .BuildServiceProvider();
        await services.GetRequiredKeyedService<IModerator>("g").ModerateAsync(["x"]);
        await services.GetRequiredKeyedService<IImageGenerator>("g").GenerateImagesAsync("x");
        await services.GetRequiredKeyedService<ITextToSpeechClient>("g").GetAudioAsync("x");
        await services.GetRequiredKeyedService<ISpeechToTextClient>("g").GetTextAsync(new MemoryStream([1]));
        Assert.Equal(
            [LlmOperation.Moderation, LlmOperation.ImageGeneration, LlmOperation.TextToSpeech, LlmOperation.SpeechToText],
            provider.Calls.Select(static call => call.Operation));
    }
}
