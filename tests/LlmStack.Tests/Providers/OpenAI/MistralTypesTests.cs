using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What is sent to Mistral against the types of the vendor's SDK.</summary>
public sealed class MistralTypesTests
{
    private static readonly VendorTypes Sdk = VendorTypes.Load("mistral");

    private static readonly OpenAIProfile Profile = OpenAIFamily.Members.Single(static member => member.Type == "Mistral").Profile;

    private static readonly FormatWire Format = new(static setup => new OpenAIProvider(setup, Profile), "mistral-large-latest");

    public static TheoryData<string, bool> Names() => RichChats.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_conversation_fits(string name, bool stream)
    {
        foreach (string model in new[] { "mistral-large-latest", "magistral-medium-latest", "mistral-medium-3-5" })
        {
            JsonElement sent = (await RichChats.BodyAsync(Format, name, stream, model))!.Value;
            Sdk.AssertFits("ChatCompletionRequest", sent);
        }
    }

    [Fact]
    public async Task Fields_of_the_service_and_embeddings_fit()
    {
        var more = new AdditionalPropertiesDictionary { ["safe_prompt"] = true, ["n"] = 2, ["metadata"] = RichChats.Json("""{"a":"b"}"""), ["prompt_cache_key"] = "k", ["prompt_mode"] = "reasoning", ["prediction"] = RichChats.Json("""{"type":"content","content":"x"}""") };
        JsonElement sent = (await RichChats.BodyAsync(Format, "text", stream: true, more: more))!.Value;
        Sdk.AssertFits("ChatCompletionRequest", sent);
        Assert.Equal(6, sent.EnumerateObject().Count(field => more.ContainsKey(field.Name)));

        var handler = new BytesHandler("{}"u8.ToArray());
        ILlmProvider provider = Format.Provider(new HttpMessageInvoker(handler));
        await Assert.ThrowsAsync<LlmException>(async () => await ((IEmbeddingProvider)provider.GetService(typeof(IEmbeddingProvider))!).EmbedAsync(
            Format.Call(other: "codestral-embed"), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 256 }, CancellationToken.None));
        Sdk.AssertFits("EmbeddingRequest", RichChats.Json(handler.LastBody!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Filling_a_gap_fits(bool stream)
    {
        var everything = new TextCompletionOptions
        {
            Suffix = "return",
            MaxOutputTokens = 9,
            Temperature = 0.5f,
            TopP = 0.25f,
            Seed = 7,
            StopSequences = ["x", "y"],
            FrequencyPenalty = 1,
            PresencePenalty = 1,
            Echo = false,
            AdditionalProperties = new() { ["min_tokens"] = 2, ["metadata"] = RichChats.Json("""{"a":"b"}"""), ["prompt_cache_key"] = "k" },
        };
        JsonElement sent = await CompletionAsync(everything, stream);
        Sdk.AssertFits("FIMCompletionRequest", sent);
        Assert.Equal(stream ? 12 : 11, sent.EnumerateObject().Count());
        Sdk.AssertFits("FIMCompletionRequest", await CompletionAsync(null, stream));
    }

    [Fact]
    public async Task Moderation_fits()
    {
        var handler = new BytesHandler("{}"u8.ToArray());
        var face = (IModerationProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(IModerationProvider))!;
        var options = new ModerationOptions { AdditionalProperties = new() { ["metadata"] = RichChats.Json("""{"a":"b"}""") } };
        await Assert.ThrowsAsync<LlmException>(async () => await face.ModerateAsync(Format.Call(other: "mistral-moderation-latest"), ["a", "b"], options, CancellationToken.None));
        Sdk.AssertFits("ClassificationRequest", RichChats.Json(handler.LastBody!));
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"p","echo":true}""", "$.echo is no member of FIMCompletionRequest")]
    [InlineData("""{"model":"m","prompt":["p"]}""", "$.prompt is")]
    [InlineData("""{"model":"m","suffix":"s"}""", "prompt")]
    public void The_check_of_a_gap_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Sdk.Problems("FIMCompletionRequest", RichChats.Json(body))), StringComparison.Ordinal);

    private static async Task<JsonElement> CompletionAsync(TextCompletionOptions? options, bool stream)
    {
        var handler = new BytesHandler("{}"u8.ToArray());
        var face = (ITextCompletionProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(ITextCompletionProvider))!;
        ProviderCall call = Format.Call(other: "codestral-latest");
        await Assert.ThrowsAsync<LlmException>(async () =>
        {
            if (stream)
            {
                await foreach (TextCompletionUpdate update in face.CompleteStreamingAsync(call, "def f(", options, CancellationToken.None))
                {
                    Assert.Fail(update.Text);
                }
            }
            else
            {
                await face.CompleteAsync(call, "def f(", options, CancellationToken.None);
            }
        });
        return RichChats.Json(handler.LastBody!);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[],"seed":1}""", "$.seed is no member of ChatCompletionRequest")]
    [InlineData("""{"model":"m","messages":[],"stream_options":{}}""", "$.stream_options is no member of ChatCompletionRequest")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"x"}}]}]}""", "$.messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","name":"Ann"}]}""", "$.messages[0].name is no member of")]
    [InlineData("""{"model":"m","messages":[],"tool_choice":"all"}""", "$.tool_choice is \"all\"")]
    [InlineData("""{"model":"m","messages":[],"random_seed":1.5}""", "$.random_seed is 1.5")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Sdk.Problems("ChatCompletionRequest", RichChats.Json(body))), StringComparison.Ordinal);
}
