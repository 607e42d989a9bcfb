using LlmStack.Catalog;
using LlmStack.Configuration;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LlmStack.Tests.Catalog;

public sealed class CatalogRefreshTests
{
    private const string Group = """ "Providers": { "openai": { "ApiKey": "k" } }, "ModelGroups": { "g": { "Deployments": { "d": { "Model": "openai/gpt-5.4" } } } } """;

    [Fact]
    public async Task A_newer_catalogue_from_an_address_reaches_the_deployments()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Catalogue("2027-05-01", 7)));
        using ServiceProvider services = Build(server.Address.ToString(), out FakeLogCollector logs);
        Assert.Equal(2.5m, PriceOf(services));

        Assert.True(await services.GetRequiredService<CatalogRefresher>().RefreshAsync(CancellationToken.None));

        Assert.Equal(7m, PriceOf(services));
        Assert.Equal("2027-05-01", services.GetRequiredService<ModelCatalog>().Version);
        Assert.Equal("The model catalogue is now that of 2027-05-01, with 1 models", Assert.Single(logs.GetSnapshot(), static line => line.Id.Id == 1010).Message);
    }

    [Theory]
    [InlineData(200, "{ \"schema\": 1, \"generated\": \"2027-06-01\", \"models\": [ { \"provider\": \"openai\", \"model\": \"gpt-5.4\", \"price\": { \"in\": -3 } } ] }")]
    [InlineData(200, "<html>sign in</html>")]
    [InlineData(500, "broken")]
    [InlineData(404, "")]
    public async Task What_is_malformed_is_refused_told_once_and_the_last_good_one_stays(int status, string body)
    {
        await using var server = new RawHttpServer(number => number == 0 ? RawReply.Body(200, Catalogue("2027-05-01", 7)) : RawReply.Body(status, body));
        using ServiceProvider services = Build(server.Address.ToString(), out FakeLogCollector logs);
        CatalogRefresher refresher = services.GetRequiredService<CatalogRefresher>();
        Assert.True(await refresher.RefreshAsync(CancellationToken.None));

        Assert.False(await refresher.RefreshAsync(CancellationToken.None));
        Assert.False(await refresher.RefreshAsync(CancellationToken.None));

        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(7m, PriceOf(services));
        Assert.Single(logs.GetSnapshot(), static line => line.Id.Id == 1011);
    }

    [Fact]
    public async Task An_unchanged_answer_is_asked_for_by_its_tag_and_not_read_again()
    {
        await using var server = new RawHttpServer(number => number == 0
            ? RawReply.Body(200, Catalogue("2027-05-01", 7), "ETag: \"v1\"")
            : RawReply.Body(304, ""));
        using ServiceProvider services = Build(server.Address.ToString(), out _);
        CatalogRefresher refresher = services.GetRequiredService<CatalogRefresher>();
        Assert.True(await refresher.RefreshAsync(CancellationToken.None));
        Assert.False(await refresher.RefreshAsync(CancellationToken.None));
        Assert.Contains("If-None-Match: \"v1\"", server.Requests[1], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(7m, PriceOf(services));
    }

    [Fact]
    public async Task A_file_is_read_when_it_has_changed()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await File.WriteAllTextAsync(path, Catalogue("2027-05-01", 7));
            using ServiceProvider services = Build(path.Replace("\\", "/", StringComparison.Ordinal), out _);
            CatalogRefresher refresher = services.GetRequiredService<CatalogRefresher>();
            Assert.True(await refresher.RefreshAsync(CancellationToken.None));
            Assert.False(await refresher.RefreshAsync(CancellationToken.None));
            await File.WriteAllTextAsync(path, Catalogue("2027-06-01", 8));
            File.SetLastWriteTimeUtc(path, new DateTime(2027, 6, 1, 0, 0, 0, DateTimeKind.Utc));
            Assert.True(await refresher.RefreshAsync(CancellationToken.None));
            Assert.Equal(8m, PriceOf(services));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task It_is_read_in_the_background_and_no_call_waits_for_it()
    {
        var swapped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawHttpServer(RawReply.Body(200, Catalogue("2027-05-01", 7)));
        using ServiceProvider services = Build(server.Address.ToString(), out _);
        services.GetRequiredService<SnapshotSource>().Swapped += _ => swapped.TrySetResult();
        services.GetRequiredService<CatalogRefresher>().Start();
        await swapped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(7m, PriceOf(services));
    }

    [Theory]
    [InlineData(""" "Source": " " """, "LlmStack:Catalog:Source is ' '")]
    [InlineData(""" "Source": "ftp://host/file" """, "LlmStack:Catalog:Source is 'ftp://…'")]
    [InlineData(""" "Source": "https://me:secret@host/file" """, "LlmStack:Catalog:Source is 'https://…'")]
    [InlineData(""" "Interval": "00:00:00.5" """, "LlmStack:Catalog:Interval is")]
    [InlineData(""" "Timeout": "00:00:00" """, "LlmStack:Catalog:Timeout is")]
    public void A_wrong_source_is_refused_at_start(string catalog, string expected)
    {
        using ServiceProvider services = Stack.Build(configuration: Stack.Json("{" + Group + ", \"Catalog\": {" + catalog + "} }"));
        string problem = services.Failure();
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    private static decimal? PriceOf(ServiceProvider services) => Assert.Single(services.Snapshot().Groups["g"].Members).Deployment.Price!.InputPerMillion;

    private static string Catalogue(string version, int input) =>
        $$"""{ "schema": 1, "generated": "{{version}}", "models": [ { "provider": "openai", "model": "gpt-5.4", "price": { "in": {{input}}, "out": 9 } } ] }""";

    private static ServiceProvider Build(string source, out FakeLogCollector logs)
    {
        var collector = logs = new FakeLogCollector();
        return Stack.Build(
            configuration: Stack.Json("{" + Group + ", \"Catalog\": { \"Source\": \"" + source + "\" } }"),
            services: services => services.AddLogging(builder => builder.AddProvider(new FakeLoggerProvider(collector))));
    }
}
