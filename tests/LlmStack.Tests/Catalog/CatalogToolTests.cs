using System.Text;
using System.Text.Json;
using CatalogTool;
using LlmStack.Catalog;

namespace LlmStack.Tests.Catalog;

/// <summary>The tool that updates the embedded catalogue.</summary>
public sealed class CatalogToolTests
{
    private const string Before = """
        {"schema":1,"generated":"2026-01-01","providers":{"p":{"batchFactor":0.5}},"models":[
        {"provider":"p","model":"same","price":{"in":1,"out":2.0}},
        {"provider":"p","model":"gone","price":{"in":1,"out":2}},
        {"provider":"p","model":"moved","aliases":["b","a"],"match":["^m"],"context":100,"price":{"in":3,"out":15,"request1k":2},"tiers":[{"from":10,"in":6}],"windows":[{"utcFrom":"01:00","utcTo":"02:00","in":9}]}]}
        """;

    private const string After = """
        {"schema":1,"generated":"2026-02-02","providers":{"p":{"batchFactor":0.4,"flexFactor":0.5}},"models":[
        {"provider":"p","model":"same","price":{"in":1.0,"out":2}},
        {"provider":"p","model":"new"},
        {"provider":"p","model":"moved","aliases":["a","c"],"match":["^m"],"context":100,"maxInput":90,"price":{"in":2,"out":15,"request1k":3},"tiers":[{"from":20,"in":6}],"windows":[{"utcFrom":"01:00","utcTo":"03:00","in":9}],"retires":"2027-01-01"}]}
        """;

    [Fact]
    public void Everything_that_changed_is_printed()
    {
        using JsonDocument before = JsonDocument.Parse(Before);
        using JsonDocument after = JsonDocument.Parse(After);
        Assert.Equal(
            [
                "~ p  batchFactor 0.5 → 0.4, flexFactor none → 0.5",
                "- p/gone  price.in 1, price.out 2",
                "~ p/moved  aliases a b → a c, maxInput none → 90, price.in 3 → 2, price.request1k 2 → 3, retires none → 2027-01-01, tiers[1].from 10 → 20, windows[1].utcTo 02:00 → 03:00",
                "+ p/new  no price",
                "2026-01-01 (3 models) → 2026-02-02 (3 models): 4 changes",
            ],
            CatalogChanges.Between(before.RootElement, after.RootElement));
    }

    [Fact]
    public void What_is_written_is_what_the_library_reads_and_without_a_change_nothing_changes()
    {
        byte[] embedded = CatalogText.Embedded().Span.ToArray();
        Assert.Equal(Encoding.UTF8.GetString(embedded), Encoding.UTF8.GetString(CatalogCompactor.Compact(embedded, embedded)));
        byte[] compact = CatalogCompactor.Compact(
            Encoding.UTF8.GetBytes("""{"schema":1,"generated":"2026-02-02","providers":{"p":{"cachedInInput":true,"flexFactor":0.5}},"models":[{"id":"p/b","provider":"p","model":"b","mode":"chat","note":"x","price":{"in":2,"batchIn":1}},{"provider":"p","model":"a","price":{},"free":true}]}"""),
            Encoding.UTF8.GetBytes(Before));
        Assert.Equal(
            """{"schema":1,"generated":"2026-02-02","providers":{"p":{"batchFactor":0.5,"flexFactor":0.5}},"models":[{"provider":"p","model":"a","price":{"in":0,"out":0}},{"provider":"p","model":"b","price":{"in":2}}]}""",
            Encoding.UTF8.GetString(compact).Replace("\n", "", StringComparison.Ordinal));
        Assert.Equal(2m, CatalogIndex.Read(new CatalogText(compact), verify: true).Find("p", "b")!.Price!.InputPerMillion);
    }
}
