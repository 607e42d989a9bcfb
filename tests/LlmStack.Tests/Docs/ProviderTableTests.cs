using System.Text;
using LlmStack.Configuration;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

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

    [Fact]
    public void The_operations_are_those_that_the_adapters_offer()
    {
        Type[] faces = [.. typeof(ILlmProvider).Assembly.GetExportedTypes()
            .Where(static type => type.IsInterface && type.Namespace == "LlmStack.Providers" && type.Name.EndsWith("Provider", StringComparison.Ordinal) && type != typeof(ILlmProvider))
            .OrderBy(static type => type.Name, StringComparer.Ordinal)];
        var table = new StringBuilder("| `Type` | chat, streamed chat |");
        foreach (Type face in faces)
        {
            table.Append(' ').Append(WordOf(face)).Append(" |");
        }

        table.Append("\n|---|---|").Insert(table.Length, "---|", faces.Length).Append('\n');
        foreach (IProviderFormat format in new ProviderFormats().Rows.Select(static row => row.Format))
        {
            ILlmProvider provider = OptionProbe.Create(format, new HttpMessageInvoker(new NobodyHandler()));
            table.Append("| `").Append(format.Type).Append("` |").Append(provider is IChatAvailability { OffersChat: false } ? "  |" : " yes |");
            foreach (Type face in faces)
            {
                table.Append(provider.GetService(face) is null ? "  |" : " yes |");
            }

            table.Append('\n');
        }

        ExpectSection("operations", table.ToString());
    }

    [Fact]
    public async Task Every_option_is_sent_emulated_dropped_or_refused_by_every_format_and_never_lost()
    {
        IProviderFormat[] formats = [.. new ProviderFormats().Rows.Select(static row => row.Format).Where(static format => format is not LlmStack.Providers.OpenAI.Profiles.OpenAIFamilyFormat)];
        var table = new StringBuilder("| `ChatOptions` |");
        foreach (IProviderFormat format in formats)
        {
            table.Append(" `").Append(format.Type).Append("` |");
        }

        table.Append("\n|---|").Insert(table.Length, "---|", formats.Length).Append('\n');
        List<string> lost = [];
        foreach (OptionCase option in OptionCase.All)
        {
            table.Append("| `").Append(option.Name).Append("` |");
            foreach (IProviderFormat format in formats)
            {
                string fate = await OptionProbe.FateAsync(format, option);
                table.Append(' ').Append(fate).Append(" |");
                if (fate == "lost")
                {
                    lost.Add($"{format.Type} loses {option.Name}");
                }
            }

            table.Append('\n');
        }

        ExpectSection("options", table.ToString());
        Assert.Empty(lost);
    }

    [Fact]
    public void Every_property_of_the_options_has_a_row()
    {
        string[] properties = [.. typeof(ChatOptions).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name)];
        Assert.Empty(properties.Except(OptionCase.All.Select(static option => option.Property)));
        Assert.True(properties.Length > 15);
    }

    private static string WordOf(Type face) => string.Concat(face.Name[1..^"Provider".Length].Select(static (c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

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
