using System.Net;
using LlmStack.Diagnostics;
using LlmStack.Tests.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Diagnostics;

public sealed class ProviderProbeTests
{
    [Fact]
    public async Task Providers_are_connected_to_and_refusals_are_reported_not_thrown()
    {
        string? seen = null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        await using WebApplication server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/v1/models", (HttpContext context) =>
        {
            seen = context.Request.Headers.Authorization;
            return Results.Json(new { data = Array.Empty<string>() }, statusCode: 401);
        });
        await server.StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var refusing = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        refusing.Start();
        int closed = ((IPEndPoint)refusing.LocalEndpoint).Port;
        refusing.Stop();

        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("up", server.Urls.First() + "/v1", provider => provider.ApiKey = "k-1")
            .AddOpenAICompatible("down", $"http://127.0.0.1:{closed}/v1")
            .AddProvider("mine", provider => provider.UseChatClient(_ => new NullChatClient()))
            .AddProvider("vault", provider =>
            {
                provider.Options.Endpoint = "http://127.0.0.1:9/v1";
                provider.UseCredential(_ => throw new InvalidOperationException("secret"));
            }));
        IReadOnlyList<ProviderWarmUp> report = await services.GetRequiredService<ProviderProbe>().RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([("down", false), ("mine", true), ("up", true), ("vault", false)], report.Select(static row => (row.Provider, row.Reachable)));
        Assert.Equal(401, report[2].StatusCode);
        Assert.Equal("Bearer k-1", seen);
        Assert.Contains("ConnectionError", report[0].Error, StringComparison.Ordinal);
        Assert.Equal("InvalidOperationException", report[3].Error);
    }
}
