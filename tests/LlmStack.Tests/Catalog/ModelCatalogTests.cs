using LlmStack.Catalog;

namespace LlmStack.Tests.Catalog;

public sealed class ModelCatalogTests
{
    private static readonly ModelCatalog Embedded = new();

    [Fact]
    public void Every_model_of_the_embedded_catalogue_can_be_read_and_is_found_by_its_own_id()
    {
        CatalogIndex index = CatalogIndex.Read(CatalogText.Embedded(), verify: true);
        Assert.True(index.Count > 800, $"Only {index.Count} models.");
        int seen = 0;
        foreach (string provider in index.Providers)
        {
            foreach (ModelInfo model in index.Models(provider))
            {
                seen++;
                Assert.Equal(model.Id, index.Find(provider, model.Id[(provider.Length + 1)..])?.Id);
            }
        }

        Assert.Equal(index.Count, seen);
    }

    [Theory]
    [InlineData("openai", "gpt-5.4", "openai/gpt-5.4")]
    [InlineData("OpenAI", "GPT-5.4", "openai/gpt-5.4")]
    [InlineData("openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13")]
    [InlineData("openai", "gpt-4o-2031-01-02", "openai/gpt-4o")]
    [InlineData("openai", "gpt-5.6-luna-2026-08-21", "openai/gpt-5.6-luna")]
    [InlineData("anthropic", "claude-sonnet-4-5-20991231", "anthropic/claude-sonnet-4-5")]
    [InlineData("anthropic", "claude-sonnet-4.5", "anthropic/claude-sonnet-4-5")]
    [InlineData("anthropic", "claude-haiku-4-5-latest", "anthropic/claude-haiku-4-5")]
    [InlineData("google", "models/gemini-2.5-pro", "google/gemini-2.5-pro")]
    [InlineData("vertex", "publishers/google/models/gemini-2.5-pro", "vertex/gemini-2.5-pro")]
    [InlineData("vertex", "claude-haiku-4-5", "vertex/claude-haiku-4-5@20251001")]
    [InlineData("fireworks", "deepseek-v4-pro", "fireworks/accounts/fireworks/models/deepseek-v4-pro")]
    [InlineData("groq", "gpt-oss-120b", "groq/openai/gpt-oss-120b")]
    [InlineData("bedrock", "eu.anthropic.claude-opus-4-8-v1:0", "bedrock/regional.anthropic.claude-opus-4-8-v1:0")]
    [InlineData("bedrock", "global.anthropic.claude-opus-4-8-v1:0", "bedrock/global.anthropic.claude-opus-4-8-v1:0")]
    [InlineData("bedrock", "us.amazon.nova-2-lite-v1:0", "bedrock/regional.amazon.nova-2-lite-v1:0")]
    public void A_model_is_found_by_id_alias_plain_form_or_pattern(string provider, string asked, string expected) =>
        Assert.Equal(expected, Embedded.Find(provider, asked)?.Id);

    [Theory]
    [InlineData("openai", "gpt-99")]
    [InlineData("openai", "ft:gpt-4o:acme::abc123")]
    [InlineData("nobody", "gpt-5.4")]
    [InlineData("openai", "")]
    public void An_unknown_model_is_unknown(string provider, string model) => Assert.Null(Embedded.Find(provider, model));

    [Fact]
    public void The_longest_literal_wins_over_a_pattern_that_swallows_it()
    {
        ModelCatalog catalog = Of(
            """{"provider":"p","model":"a","match":["^claude-sonnet-5"],"price":{"in":1,"out":1}}""",
            """{"provider":"p","model":"b","match":["^claude-sonnet-5-5"],"price":{"in":2,"out":2}}""");
        Assert.Equal("p/a", catalog.Find("p", "claude-sonnet-5-x")?.Id);
        Assert.Equal("p/b", catalog.Find("p", "claude-sonnet-5-5-x")?.Id);
    }

    [Fact]
    public void The_longest_literal_wins_in_whichever_form_of_the_id_it_is_found()
    {
        ModelCatalog catalog = Of(
            """{"provider":"p","model":"a","match":["*claude-sonnet"],"price":{"in":1,"out":1}}""",
            """{"provider":"p","model":"b","match":["^claude-sonnet-5-5-x"],"price":{"in":2,"out":2}}""");
        Assert.Equal("p/a", catalog.Find("p", "publishers/anthropic/models/claude-sonnet-5-4-x@20260101")?.Id);
        Assert.Equal("p/b", catalog.Find("p", "publishers/anthropic/models/claude-sonnet-5-5-xl@20260101")?.Id);
    }

    [Fact]
    public void A_free_variant_costs_nothing_and_keeps_what_is_known_of_the_model()
    {
        ModelInfo free = Embedded.Find("openrouter", "openai/gpt-oss-20b:free")!;
        Assert.Equal((0m, 0m), (free.Price!.InputPerMillion, free.Price.OutputPerMillion));
        Assert.Equal(Embedded.Find("openrouter", "openai/gpt-oss-20b")!.ContextWindow, free.ContextWindow);
        Assert.Equal(Embedded.Find("openrouter", "openai/gpt-4o"), Embedded.Find("openrouter", "openai/gpt-4o:nitro"));
    }

    [Fact]
    public void An_id_wins_over_an_alias_and_both_over_a_pattern()
    {
        ModelCatalog catalog = Of(
            """{"provider":"p","model":"one","aliases":["two","three"],"match":["^o"]}""",
            """{"provider":"p","model":"two","match":["*three"]}""");
        Assert.Equal("p/two", catalog.Find("p", "two")?.Id);
        Assert.Equal("p/one", catalog.Find("p", "three")?.Id);
        Assert.Equal("p/two", catalog.Find("p", "xthreex")?.Id);
    }

    [Fact]
    public void What_the_catalogue_knows_is_read()
    {
        ModelInfo model = Embedded.Find("anthropic", "claude-sonnet-4-5")!;
        Assert.Equal((200_000, 64_000), (model.ContextWindow, model.MaxOutputTokens));
        Assert.True(model.Capabilities!.Value.HasFlag(ModelCapabilities.Tools | ModelCapabilities.Vision | ModelCapabilities.PromptCache));
        ModelPrice price = model.Price!;
        Assert.Equal((3m, 15m, 0.3m, 3.75m, 6m), (price.InputPerMillion, price.OutputPerMillion, price.CacheReadPerMillion, price.CacheWritePerMillion, price.CacheWrite1hPerMillion));
        LongContextPrice tier = Assert.Single(price.LongContext!.Values);
        Assert.Equal((200_001, 6m, 22.5m), (tier.From, tier.InputPerMillion, tier.OutputPerMillion));
        Assert.Equal(0.5m, price.ServiceTiers!["batch"]);
        Assert.Equal(Embedded.Version, price.Version);
        Assert.Equal(2, Embedded.Find("deepseek", "deepseek-v4-pro")!.Price!.Windows!.Count);
        Assert.Equal(new DateOnly(2027, 1, 1), Assert.Single(Embedded.Find("google", "gemini-3.7-flash")!.Price!.Next!.Values).Date);
    }

    [Fact]
    public void A_price_of_zero_is_a_price_and_a_missing_one_is_null()
    {
        ModelCatalog catalog = Of("""{"provider":"p","model":"free","price":{"in":0,"out":0}}""", """{"provider":"p","model":"unpriced","price":{"webSearch1k":10}}""");
        Assert.Equal(0m, catalog.Find("p", "free")!.Price!.InputPerMillion);
        Assert.Null(catalog.Find("p", "unpriced")!.Price);
        Assert.Equal(0m, Embedded.Find("openai", "omni-moderation-latest")!.Price!.InputPerMillion);
    }

    [Theory]
    [InlineData("""{"schema":2,"generated":"2026-01-01","providers":{},"models":[{"provider":"p","model":"m"}]}""", "schema")]
    [InlineData("""{"schema":1,"providers":{},"models":[{"provider":"p","model":"m"}]}""", "generated")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[]}""", "0 models")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p"}]}""", "no model")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m"},{"provider":"p","model":"m"}]}""", "p/m")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","price":{"in":-1}}]}""", "price.in")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","price":{"in":"3"}}]}""", "price.in")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","tiers":[{"from":0,"in":1}]}]}""", "tiers.from")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","tiers":[{"in":1}]}]}""", "nothing for p/m: tiers.from")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","windows":[{"utcFrom":"01:00","in":1}]}]}""", "nothing for p/m: windows.utcTo")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","next":[{"in":1}]}]}""", "nothing for p/m: next.date")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","providers":{"p":{"batchFactor":-0.5}},"models":[{"provider":"p","model":"m"}]}""", "'-0.5' for providers.p.batchFactor")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","context":-5}]}""", "context")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","retires":"soon"}]}""", "retires")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m","match":["~(a+)+$"]}]}""", "match")]
    [InlineData("""{"schema":1,"generated":"2026-01-01","models":[{"provider":"p","model":"m"}""", "JSON")]
    [InlineData("<html>not found</html>", "JSON")]
    public void A_malformed_catalogue_is_refused_and_says_where(string json, string named)
    {
        FormatException problem = Assert.Throws<FormatException>(() => CatalogIndex.Read(new CatalogText(System.Text.Encoding.UTF8.GetBytes(json)), verify: true));
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lookups_are_remembered_and_the_memory_is_bounded()
    {
        ModelCatalog catalog = Of("""{"provider":"p","model":"m"}""");
        Assert.Same(catalog.Find("p", "m"), catalog.Find("p", "m"));
        for (int i = 0; i < 3 * ModelCatalog.MaxRemembered; i++)
        {
            Assert.Null(catalog.Find("p", $"invented-{i}"));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelInfo? known = null;
        for (int i = 0; i < 100; i++)
        {
            known = catalog.Find("p", "invented-12287");
        }

        Assert.Null(known);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static ModelCatalog Of(params string[] models)
    {
        var catalog = new ModelCatalog();
        string json = $$"""{"schema":1,"generated":"2026-11-01","providers":{"p":{"flexFactor":0.5} },"models":[{{string.Join(",", models)}}]}""";
        catalog.Use(CatalogIndex.Read(new CatalogText(System.Text.Encoding.UTF8.GetBytes(json)), verify: true));
        return catalog;
    }
}
