using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class AdapterTests
{
    private static CallHarness Two() => new(
        llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m")).AddModelGroup("smart", g => g.AddDeployment("b/n")),
        "a",
        "b");

    [Fact]
    public async Task A_chat_adapter_calls_its_group_unless_the_options_name_another()
    {
        using CallHarness h = Two();
        IChatClient chat = h.Client.AsIChatClient("fast");

        ChatResponse own = await chat.GetResponseAsync([new ChatMessage(ChatRole.User, "Hello")]);
        ChatResponse other = await chat.GetResponseAsync([new ChatMessage(ChatRole.User, "Hello")], new ChatOptions { ModelId = "smart" });

        Assert.Equal("fast", own.GetRoute()!.Group);
        Assert.Equal("smart", other.GetRoute()!.Group);
        Assert.Equal("n", Assert.Single(h["b"].Calls).Model);
    }

    [Fact]
    public async Task A_streaming_adapter_coalesces_with_its_route()
    {
        using CallHarness h = Two();
        h["a"].OnCall(1).Stream("one ", "two").Usage(1, 2);

        ChatResponse response = await h.Client.AsIChatClient("fast").GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hello")]).ToChatResponseAsync();

        Assert.Equal("one two", response.Text);
        Assert.Equal("a/m", response.GetRoute()!.Deployment);
        Assert.Equal(2, response.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task The_model_argument_wins_over_the_options_model()
    {
        using CallHarness h = Two();

        await h.Client.ChatAsync("fast", "Hello", new ChatOptions { ModelId = "smart" });

        Assert.Equal("m", Assert.Single(h["a"].Calls).Model);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public void Adapters_offer_their_metadata_themselves_and_the_client()
    {
        using CallHarness h = Two();
        IChatClient chat = h.Client.AsIChatClient("fast");
        IEmbeddingGenerator<string, Embedding<float>> embeddings = h.Client.AsIEmbeddingGenerator("fast");

        Assert.Equal("fast", chat.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(chat, chat.GetService<IChatClient>());
        Assert.Same(h.Client, chat.GetService<ILlmClient>());
        Assert.Same(h.Router, chat.GetService<ILlmRouter>());
        Assert.Null(chat.GetService<IChatClient>("some key"));
        Assert.Equal("fast", embeddings.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
        Assert.Same(embeddings, embeddings.GetService<IEmbeddingGenerator<string, Embedding<float>>>());
    }

    [Fact]
    public async Task Disposing_an_adapter_does_nothing()
    {
        using CallHarness h = Two();
        IChatClient chat = h.Client.AsIChatClient("fast");
        chat.Dispose();

        Assert.Equal("ok", (await chat.GetResponseAsync("Hello")).Text);
    }

    [Fact]
    public async Task An_embedding_adapter_calls_its_group_unless_the_options_name_another()
    {
        using CallHarness h = Two();
        IEmbeddingGenerator<string, Embedding<float>> embeddings = h.Client.AsIEmbeddingGenerator("fast");

        Assert.Equal("fast", (await embeddings.GenerateAsync(["x"])).GetRoute()!.Group);
        Assert.Equal("smart", (await embeddings.GenerateAsync(["x"], new EmbeddingGenerationOptions { ModelId = "smart" })).GetRoute()!.Group);
    }
}
