using System.Text.Json.Nodes;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Configuration;

public sealed class SchemaTests
{
    /// <summary>Set <c>LLMSTACK_UPDATE_SCHEMA=1</c> to write the schema anew after an option class changed.</summary>
    [Fact]
    public void The_packed_schema_is_in_step_with_the_option_classes()
    {
        string written = SchemaWriter.Write();
        if (Environment.GetEnvironmentVariable("LLMSTACK_UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(SchemaPath(), written);
        }

        Assert.Equal(written, File.ReadAllText(SchemaPath()).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public void The_schema_describes_nested_maps_and_names()
    {
        JsonNode section = JsonNode.Parse(File.ReadAllText(SchemaPath()))!["properties"]!["LlmStack"]!["properties"]!;
        JsonNode deployment = section["ModelGroups"]!["additionalProperties"]!["properties"]!["Deployments"]!["additionalProperties"]!["properties"]!;
        Assert.Equal("number", (string?)deployment["Weight"]!["type"]);
        Assert.Equal("integer", (string?)deployment["RequestsPerMinute"]!["type"]);
        Assert.Equal("number", (string?)deployment["Price"]!["properties"]!["InputPerMillion"]!["type"]);
        Assert.Contains("provider/model", (string?)deployment["Model"]!["description"], StringComparison.Ordinal);
        Assert.Contains("OpenAICompatible", section["Providers"]!["additionalProperties"]!["properties"]!["Type"]!["enum"]!.AsArray().Select(static name => (string?)name));
        Assert.Null(section["Tracing"]!["properties"]!["JsonTypeInfoResolver"]);
    }

    private static string SchemaPath() => Path.Combine(Repository.Source, "LlmStack", "LlmStack.schema.json");
}
