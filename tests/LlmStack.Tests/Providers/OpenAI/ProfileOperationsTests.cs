using LlmStack.Configuration;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Docs;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Providers.OpenAI;

public sealed class ProfileOperationsTests
{
    [Theory]
    [InlineData("Groq", "SpeechToText TextToSpeech")]
    [InlineData("DeepSeek", "")]
    [InlineData("XAI", "Image")]
    [InlineData("Perplexity", "")]
    [InlineData("Voyage", "Embedding Rerank")]
    [InlineData("Mistral", "Embedding Moderation SpeechToText TextCompletion")]
    [InlineData("LlamaCpp", "Embedding Rerank TextCompletion")]
    [InlineData("LiteLLM", "Embedding Image Moderation Rerank SpeechToText TextCompletion TextToSpeech")]
    [InlineData("OpenAI", "Embedding Image Moderation SpeechToText TextCompletion TextToSpeech")]
    [InlineData("Gemini", "Embedding Image")]
    [InlineData("VertexAI", "Embedding Image")]
    public void A_service_offers_what_it_has(string type, string operations)
    {
        IProviderFormat format = new ProviderFormats().Rows.Single(row => row.Format.Type == type).Format;
        ILlmProvider provider = OptionProbe.Create(format, new HttpMessageInvoker(new NobodyHandler()));
        Type[] faces = [typeof(IEmbeddingProvider), typeof(IImageProvider), typeof(IModerationProvider), typeof(IRerankProvider), typeof(ISpeechToTextProvider), typeof(ITextCompletionProvider), typeof(ITextToSpeechProvider)];
        Assert.Equal(operations, string.Join(' ', faces.Where(face => provider.GetService(face) is not null).Select(static face => face.Name[1..^"Provider".Length])));
    }

    [Fact]
    public async Task What_a_service_does_not_offer_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(404, "{}"));
        await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm
            .AddGroq(o => { o.ApiKey = "k"; o.Endpoint = server.Address.ToString(); })
            .AddVoyage(o => { o.ApiKey = "k"; o.Endpoint = server.Address.ToString(); }));

        LlmException embedding = await CallHarness.FailsAsync(() => stack.Client.EmbedAsync("groq/m", ["x"]));
        LlmException chat = await CallHarness.FailsAsync(() => stack.Client.ChatAsync("voyage/m", "x"));

        Assert.Equal((LlmErrorKind.NoCandidate, LlmErrorKind.NoCandidate), (embedding.Kind, chat.Kind));
        Assert.Contains("provider 'groq' does not offer Embeddings", embedding.Message, StringComparison.Ordinal);
        Assert.Contains("provider 'voyage' does not offer Chat", chat.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void Every_row_says_what_its_service_offers() =>
        Assert.All(OpenAIFamily.Members, static member => Assert.NotEqual(LlmStack.Providers.OpenAI.OpenAIOperations.None, member.Profile.Operations));
}
