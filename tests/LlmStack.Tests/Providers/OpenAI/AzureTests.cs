using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Azure;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Azure OpenAI: addresses, keys and tokens, content filters, refusals.</summary>
public sealed class AzureTests
{
    private const string Answer = """{"id":"c","model":"gpt-4.1","choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop","content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}],"prompt_filter_results":[{"prompt_index":0}]}""";

    private static ILlmProvider Azure(RawHttpServer server, string? version = null) =>
        new AzureOpenAIFormat().Create(new ProviderSetup("azure", new ProviderOptions { ApiVersion = version }, new Uri(server.Address, "/"), Sockets(), new FakeTimeProvider()));

    [Theory]
    [InlineData("https://r.openai.azure.com", null, "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.services.ai.azure.com/openai/v1", null, "https://r.services.ai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com/openai", "v1", "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com", "preview", "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview")]
    [InlineData("https://r.openai.azure.com", "2024-10-21", "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    [InlineData("https://gateway.example/team/", "2024-10-21", "https://gateway.example/team/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    public void The_version_decides_the_address(string endpoint, string? version, string expected) =>
        Assert.Equal(expected, new AzureAddresses(new Uri(endpoint), version).For("/chat/completions").Of("my gpt").AbsoluteUri);

    [Theory]
    [InlineData("0123456789abcdef", "\r\napi-key: 0123456789abcdef\r\n", "Authorization")]
    [InlineData("eyJhbGciOiJ.eyJhdWQi.c2lnbmF0dXJl", "\r\nAuthorization: Bearer eyJhbGciOiJ.eyJhdWQi.c2lnbmF0dXJl\r\n", "api-key")]
    public async Task A_key_goes_into_azures_header_and_a_token_into_the_usual_one(string secret, string header, string absent)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        await Azure(server).ChatAsync(Call("gpt-4.1", secret: secret), Hello, null, CancellationToken.None);
        Assert.Contains(header, server.Requests[0], StringComparison.Ordinal);
        Assert.DoesNotContain(absent, server.Requests[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Every_operation_has_its_address()
    {
        await using var server = new RawHttpServer(i => i switch
        {
            0 => RawReply.Body(200, Answer),
            1 => RawReply.Body(200, """{"data":[{"index":0,"embedding":[1]}]}"""),
            _ => RawReply.Body(200, """{"choices":[{"text":"x"}]}"""),
        });
        ILlmProvider azure = Azure(server, "2024-10-21");
        await azure.ChatAsync(Call("d1"), Hello, null, CancellationToken.None);
        await ((IEmbeddingProvider)azure.GetService(typeof(IEmbeddingProvider))!).EmbedAsync(Call("d2"), ["a"], null, CancellationToken.None);
        await ((ITextCompletionProvider)azure.GetService(typeof(ITextCompletionProvider))!).CompleteAsync(Call("d3"), "a", null, CancellationToken.None);
        Assert.Equal(
            ["POST /openai/deployments/d1/chat/completions?api-version=2024-10-21 ", "POST /openai/deployments/d2/embeddings?api-version=2024-10-21 ", "POST /openai/deployments/d3/completions?api-version=2024-10-21 "],
            server.Requests.Select(static request => request[..request.IndexOf("HTTP", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task What_the_content_filter_said_is_handed_on()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer, "apim-request-id: apim-1", "x-ms-region: swedencentral"));
        ProviderCall call = Call();
        ChatResponse response = await Azure(server).ChatAsync(call, Hello, null, CancellationToken.None);
        Assert.Contains("severity", response.Messages[0].AdditionalProperties!["content_filter_results"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("prompt_index", response.AdditionalProperties!["prompt_filter_results"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("apim-1", call.Report.RequestId);
    }

    [Fact]
    public async Task A_stream_keeps_the_filters_words_and_may_end_with_them()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events(
            """{"choices":[],"prompt_filter_results":[{"prompt_index":0}],"model":""}""",
            """{"id":"c","model":"gpt","choices":[{"index":0,"delta":{"content":"a"},"content_filter_results":{"hate":{"filtered":false}},"finish_reason":null}]}""",
            """{"id":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{"hate":{"filtered":true,"severity":"high"}},"content_filter_offsets":{"check_offset":0}}]}""",
            """{"id":"","choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}""",
            "[DONE]")));
        Assert.Equal(("a", ChatFinishReason.ContentFilter), (outcome.Text, outcome.Finish!.Value));
        Assert.Contains("\"filtered\":true", outcome.Updates[^1].AdditionalProperties!["content_filter_results"]!.ToString(), StringComparison.Ordinal);
        Assert.True(outcome.Updates[^1].AdditionalProperties!.ContainsKey("prompt_filter_results"));
    }

    [Fact]
    public void The_variables_alone_make_the_provider()
    {
        using var services = Stack.Build(environment: new FakeEnvironment(("AZURE_OPENAI_API_KEY", "k"), ("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com/"), ("OPENAI_API_VERSION", "2024-10-21")));
        ProviderEntry azure = services.Snapshot().Providers["azure"];
        Assert.Equal(("azure.ai.openai", "azure", "k"), (azure.SystemName, azure.CatalogName, services.Options().Providers["azure"].ApiKey));
        Assert.Equal("2024-10-21", services.Options().Providers["azure"].ApiVersion);
        using var half = Stack.Build(environment: new FakeEnvironment(("AZURE_OPENAI_API_KEY", "k")));
        Assert.Empty(half.Snapshot().Providers);
    }

    [Fact]
    public void Several_resources_have_their_own_names()
    {
        using var services = Stack.Build(llm => llm
            .AddAzureOpenAI("azure-eu", "https://eu.openai.azure.com", static o => o.ApiKey = "k1")
            .AddAzureOpenAI("azure-us", "https://us.openai.azure.com", static o => o.ApiKey = "k2"));
        Assert.Equal(["azure-eu", "azure-us"], services.Snapshot().Providers.Keys.Order());
        Assert.IsType<OpenAIProvider>(services.Snapshot().Providers["azure-eu"].Provider.GetService(typeof(OpenAIProvider)));
    }
}
