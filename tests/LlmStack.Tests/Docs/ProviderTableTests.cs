using System.Text;
using LlmStack.Configuration;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Docs;

/// <summary>The tables of docs/providers.md are written from the tables of the code; LLMSTACK_UPDATE_DOCS=1 writes them anew.</summary>
public sealed class ProviderTableTests
{
    [Fact]
    public void The_services_are_those_of_the_code()
    {
        var table = new StringBuilder("| provider | `Type` | address | key | other variables |\n|---|---|---|---|---|\n");
        foreach (ProviderFormatRow row in new ProviderFormats().Rows.Where(static row => row.ImpliedBy is not null))
        {
            string[] keys = [.. new[] { row.Format.DefaultApiKeyVariable }.OfType<string>().Concat(row.FurtherKeyVariables)];
            string[] others = [.. row.EndpointVariables.Concat(row.OrganizationVariables).Concat(row.ProjectVariables).Concat(row.LocationVariables).Concat(row.ApiVersionVariables)];
            table.Append("| `").Append(row.ImpliedBy).Append("` | `").Append(row.Format.Type).Append("` | ")
                .Append(row.Format.DefaultEndpoint is { } address ? $"`{address}`" : "").Append(" | ")
                .Append(Names(keys)).Append(row.Format.RequiresKey || keys.Length == 0 ? "" : ", optional").Append(" | ").Append(Names(others)).Append(" |\n");
        }

        ExpectSection("services", table.ToString());
    }

    private static string Names(string[] names) => string.Join(", ", names.Select(static name => $"`{name}`"));

    private static void ExpectSection(string name, string expected)
    {
        string path = Path.Combine(Repository.Root, "docs", "providers.md");
        string page = File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal);
        string open = $"<!-- generated: {name} -->\n";
        int start = page.IndexOf(open, StringComparison.Ordinal) + open.Length;
        int end = page.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("LLMSTACK_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page[..start] + expected + page[end..]);
            return;
        }

        Assert.Equal(expected, page[start..end]);
    }
}
