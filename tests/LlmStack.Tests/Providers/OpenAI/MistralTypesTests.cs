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
    [InlineData("""{"model":"m","messages":[],"seed":1}""", "$.seed is no member of ChatCompletionRequest")]
    [InlineData("""{"model":"m","messages":[],"stream_options":{}}""", "$.stream_options is no member of ChatCompletionRequest")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"x"}}]}]}""", "$.messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","name":"Ann"}]}""", "$.messages[0].name is no member of")]
    [InlineData("""{"model":"m","messages":[],"tool_choice":"all"}""", "$.tool_choice is \"all\"")]
    [InlineData("""{"model":"m","messages":[],"random_seed":1.5}""", "$.random_seed is 1.5")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Sdk.Problems("ChatCompletionRequest", RichChats.Json(body))), StringComparison.Ordinal);
}
