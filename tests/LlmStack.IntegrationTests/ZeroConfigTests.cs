using LlmStack.IntegrationTests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.IntegrationTests;

/// <summary>With nothing but the usual variables, <c>AddLlmStack()</c> is enough.</summary>
public sealed class ZeroConfigTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private OpenAITestServer _server = null!;

    public async Task InitializeAsync() => _server = await OpenAITestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_key_alone_makes_a_direct_call_work()
    {
        await using ServiceProvider provider = Provider(new() { ["OPENAI_API_KEY"] = "sk-test", ["OPENAI_BASE_URL"] = _server.Address });

        ChatResponse answer = await provider.GetRequiredService<ILlmClient>().ChatAsync("openai/gpt-5.4-mini", "Hello").WaitAsync(Patience);

        TestExchange request = await _server.RequestAsync(1);
        Assert.Equal("ok", answer.Text);
        Assert.Equal("openai/gpt-5.4-mini", answer.GetRoute()?.Deployment);
        Assert.Equal("Bearer sk-test", request.Authorization);
        Assert.Equal("gpt-5.4-mini", request.Model);
        Assert.Equal("/v1/chat/completions", request.Path);
    }

    [Fact]
    public async Task The_section_is_read_without_any_code()
    {
        await using ServiceProvider provider = Provider(new()
        {
            ["LlmStack:Providers:local:Endpoint"] = _server.Address,
            ["LlmStack:ModelGroups:fast:Deployments:a:Model"] = "local/some:model",
        });

        ChatResponse answer = await provider.GetRequiredService<ILlmClient>().ChatAsync("fast", "Hello").WaitAsync(Patience);

        Assert.Equal("local/some:model", answer.GetRoute()?.Deployment);
        Assert.Equal("some:model", (await _server.RequestAsync(1)).Model);
    }

    [Fact]
    public async Task A_name_nobody_knows_fails_before_any_call_leaves()
    {
        await using ServiceProvider provider = Provider(new() { ["OPENAI_API_KEY"] = "sk-test", ["OPENAI_BASE_URL"] = _server.Address });

        LlmException exception = await Assert.ThrowsAsync<LlmException>(() => provider.GetRequiredService<ILlmClient>().ChatAsync("fats", "Hello").WaitAsync(Patience));

        Assert.Equal(LlmErrorKind.NotFound, exception.Kind);
        Assert.Contains("fats", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.Requests);
    }

    private static ServiceProvider Provider(Dictionary<string, string?> values)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddLogging();
        services.AddLlmStack();
        return services.BuildServiceProvider();
    }
}
