using System.Text;
using System.Text.Json;
using CsCheck;
using LlmStack.Providers;
using LlmStack.Providers.Fidelity;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class SchemaRewriterTests
{
    private static readonly SchemaDialect[] Dialects =
        [SchemaDialect.Tool, SchemaDialect.OpenAIStrict, SchemaDialect.AnthropicStrict, SchemaDialect.GeminiOpenApi, SchemaDialect.GeminiJson, SchemaDialect.Mistral, SchemaDialect.Cohere, SchemaDialect.Grammar];

    private static readonly (string Name, string Schema)[] Inputs =
    [
        ("optional properties and defaults", """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer","default":5},"c":{"enum":["x","y"]}},"required":["a"]}"""),
        ("bounds", """{"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":9,"multipleOf":2},"s":{"type":"string","minLength":1,"maxLength":5,"pattern":"^a"},"l":{"type":"array","items":{"type":"number"},"minItems":1,"maxItems":3,"uniqueItems":true}},"required":["n","s","l"]}"""),
        ("formats", """{"type":"object","properties":{"at":{"type":"string","format":"date-time"},"mail":{"type":"string","format":"email"},"link":{"type":"string","format":"uri","description":"A page"},"x":{"type":"string","format":"iri-reference"}},"required":["at"]}"""),
        ("const and enums", """{"type":"object","properties":{"kind":{"const":"cat"},"size":{"type":"integer","enum":[1,2]},"maybe":{"type":["string","null"],"enum":["a",null]}},"required":["kind","size"]}"""),
        ("null and several types", """{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":["string","integer","null"]},"c":{"anyOf":[{"type":"number"},{"type":"null"}]}},"required":["a","b","c"]}"""),
        ("references", """{"type":"object","properties":{"home":{"$ref":"#/$defs/place"},"work":{"$ref":"#/$defs/place","description":"Office"}},"required":["home"],"$defs":{"place":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}"""),
        ("recursion", """{"type":"object","properties":{"root":{"$ref":"#/$defs/node"}},"required":["root"],"$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["name"]}}}"""),
        ("recursion through the root", """{"type":"object","properties":{"next":{"$ref":"#"},"v":{"type":"integer"}},"required":["v"]}"""),
        ("allOf and oneOf", """{"type":"object","properties":{"a":{"allOf":[{"type":"object","properties":{"x":{"type":"string"}},"required":["x"]},{"properties":{"y":{"type":"integer"}}}]},"b":{"oneOf":[{"type":"string"},{"type":"integer"}]}},"required":["a","b"]}"""),
        ("alternatives at the root", """{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a","b"]}]}"""),
        ("dictionaries and patterns", """{"type":"object","properties":{"map":{"type":"object","additionalProperties":{"type":"integer"}},"p":{"type":"object","patternProperties":{"^x-":{"type":"string"}}}},"required":["map"],"additionalProperties":true}"""),
        ("boolean schemas", """{"type":"object","properties":{"any":true,"none":false,"list":{"type":"array","items":true}},"required":["any","none"]}"""),
        ("conditions", """{"type":"object","properties":{"a":{"type":"string"}},"if":{"properties":{"a":{"const":"x"}}},"then":{"required":["a"]},"not":{"required":["b"]},"$comment":"c","title":"T"}"""),
        ("deep", Deep(14)),
    ];

    /// <summary>Set <c>LLMSTACK_UPDATE_GOLDEN=1</c> to write the file anew after a dialect changed, and read the difference.</summary>
    [Fact]
    public void Every_dialect_rewrites_every_schema_as_recorded()
    {
        var text = new StringBuilder();
        foreach ((string name, string schema) in Inputs)
        {
            text.Append("# ").Append(name).Append('\n').Append(schema).Append("\n\n");
            foreach (SchemaDialect dialect in Dialects)
            {
                RewrittenSchema rewritten = SchemaRewriter.Rewrite(Parse(schema), dialect);
                text.Append("## ").Append(dialect.Name).Append('\n').Append(rewritten.Schema.GetRawText()).Append('\n');
                foreach (string change in rewritten.Changes)
                {
                    text.Append("- ").Append(change).Append('\n');
                }

                text.Append('\n');
            }
        }

        string path = Path.Combine(Repository.Source, "..", "tests", "LlmStack.Tests", "Providers", "Fidelity", "schemas.golden.txt");
        if (Environment.GetEnvironmentVariable("LLMSTACK_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text.ToString());
        }

        Assert.Equal(File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal), text.ToString());
    }

    [Fact]
    public void Any_schema_is_rewritten_the_same_way_twice_and_a_rewritten_one_stays()
    {
        Schemas(4).Sample(
            schema =>
            {
                foreach (SchemaDialect dialect in Dialects)
                {
                    RewrittenSchema once;
                    try
                    {
                        once = SchemaRewriter.Rewrite(Parse(schema), dialect);
                    }
                    catch (LlmException e)
                    {
                        Assert.Equal(LlmErrorKind.InvalidRequest, e.Kind);
                        continue;
                    }

                    Assert.Equal(once.Schema.GetRawText(), SchemaRewriter.Rewrite(Parse(schema), dialect).Schema.GetRawText());
                    Assert.Equal(once.Schema.GetRawText(), SchemaRewriter.Rewrite(once.Schema, dialect).Schema.GetRawText());
                }
            },
            iter: 1000);
    }

    [Fact]
    public void Strict_objects_are_closed_and_require_all_they_have() =>
        Schemas(4).Select(static inner => """{"type":"object","properties":{"v":""" + inner + "}}").Sample(
            schema => EachObject(SchemaRewriter.Rewrite(Parse(schema), SchemaDialect.OpenAIStrict).Schema, static part =>
            {
                Assert.Equal(JsonValueKind.False, part.GetProperty("additionalProperties").ValueKind);
                Assert.Equal(
                    part.GetProperty("properties").EnumerateObject().Select(static property => property.Name).Order(StringComparer.Ordinal),
                    part.GetProperty("required").EnumerateArray().Select(static name => name.GetString()!).Order(StringComparer.Ordinal));
            }),
            iter: 1000);

    [Fact]
    public void A_tool_is_rewritten_once_and_its_changes_are_listed_on_every_call()
    {
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration("f", "", Parse("""{"type":"object","properties":{"a":{"type":"string","minLength":2}},"required":["a"]}"""));
        var first = new AttemptReport();
        var second = new AttemptReport();
        JsonElement one = SchemaRewriter.ForTool(tool, SchemaDialect.AnthropicStrict, first);
        long before = GC.GetAllocatedBytesForCurrentThread();
        JsonElement untouched = SchemaRewriter.ForTool(tool, SchemaDialect.Tool, second);
        Assert.Equal(one.GetRawText(), SchemaRewriter.ForTool(tool, SchemaDialect.AnthropicStrict, new AttemptReport()).GetRawText());
        Assert.Equal(tool.JsonSchema.GetRawText(), untouched.GetRawText());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8_192);
        Assert.Equal(["Tools[f].schema.a: minLength was moved to the description"], first.Changes);
        Assert.Null(second.Changes);
    }

    [Theory]
    [InlineData("\"text\"", "a JSON schema is an object or a boolean")]
    [InlineData("""{"type":"string"}""", "its root must be an object")]
    public void What_is_no_schema_for_the_dialect_is_refused_clearly(string schema, string problem)
    {
        LlmException error = Assert.Throws<LlmException>(() => SchemaRewriter.Rewrite(Parse(schema), SchemaDialect.OpenAIStrict));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Each of its twenty definitions, all nested as deep as is allowed, leads to the next.</summary>
    [Fact]
    public void References_behind_references_become_no_deeper_than_can_be_written()
    {
        string definitions = string.Join(',', Enumerable.Range(0, 20).Select(static i => $"\"d{i}\":{Deep(100, $"{{\"$ref\":\"#/$defs/d{i + 1}\"}}")}"));
        string chain = """{"type":"object","properties":{"x":{"allOf":[{"$ref":"#/$defs/d0"},{"type":"object"}]}},"$defs":{DEFS,"d20":{"type":"string"}}}"""
            .Replace("DEFS", definitions, StringComparison.Ordinal);
        foreach (SchemaDialect dialect in Dialects)
        {
            RewrittenSchema rewritten = SchemaRewriter.Rewrite(Parse(chain), dialect);
            Assert.Equal(JsonValueKind.Object, rewritten.Schema.ValueKind);
        }
    }

    /// <summary>What a random run had found: a part that requires itself grew by some levels with every reference.</summary>
    [Fact]
    public void A_part_that_includes_itself_is_repeated_twice_at_most()
    {
        JsonElement schema = Parse("""{"type":"object","properties":{"v":{"type":"object","properties":{"a":{"type":"array","items":{"allOf":[{"$ref":"#/properties/v"},{"type":"object"}]}}}}}}""");
        RewrittenSchema rewritten = SchemaRewriter.Rewrite(schema, SchemaDialect.OpenAIStrict);
        Assert.Equal(3, rewritten.Schema.GetRawText().Split("\"a\":").Length - 1);
    }

    [Fact]
    public void Hostile_nesting_is_refused_and_multiplying_references_stay_bounded()
    {
        JsonElement deep = JsonDocument.Parse(Deep(400), new JsonDocumentOptions { MaxDepth = 2000 }).RootElement;
        Assert.Contains("nested deeper", Assert.Throws<LlmException>(() => SchemaRewriter.Rewrite(deep, SchemaDialect.GeminiOpenApi)).Message, StringComparison.Ordinal);
        string definitions = string.Join(',', Enumerable.Range(0, 20).Select(static i =>
            """
            "dX":{"type":"object","properties":{"a":{"$ref":"#/$defs/dY"},"b":{"$ref":"#/$defs/dY"}}}
            """
                .Replace("dX", $"d{i}", StringComparison.Ordinal).Replace("dY", $"d{i + 1}", StringComparison.Ordinal)));
        string bomb = """{"type":"object","properties":{"x":{"$ref":"#/$defs/d0"}},"$defs":{DEFS,"d20":{"type":"string"}}}""".Replace("DEFS", definitions, StringComparison.Ordinal);
        RewrittenSchema rewritten = SchemaRewriter.Rewrite(Parse(bomb), SchemaDialect.GeminiOpenApi);
        Assert.True(rewritten.Schema.GetRawText().Length < 4_000_000);
        Assert.NotEmpty(rewritten.Changes);
    }

    private static Gen<string> Schemas(int depth)
    {
        Gen<string> leaf = Gen.Int[0, 9].Select(static i => new[]
        {
            """{"type":"string"}""", """{"type":"integer","minimum":1}""", """{"type":["string","null"]}""", """{"enum":["a","b"]}""", """{"const":3}""",
            "true", "{}", """{"type":"string","format":"uri","description":"d"}""", """{"$ref":"#/properties/v"}""", """{"enum":[1,null]}""",
        }[i]);
        if (depth == 0)
        {
            return leaf;
        }

        Gen<string> inner = Schemas(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Array[0, 3].Select(static parts => $"{{\"type\":\"object\",\"properties\":{{{string.Join(',', parts.Select(static (part, i) => $"\"p{i}\":{part}"))}}},\"required\":[\"p0\",\"gone\"]}}"),
            inner.Select(static part => $"{{\"type\":\"array\",\"items\":{part},\"minItems\":1}}"),
            Gen.Select(inner.Array[1, 3], Gen.Int[0, 2]).Select(static (parts, i) => $"{{\"{new[] { "anyOf", "oneOf", "allOf" }[i]}\":[{string.Join(',', parts)}]}}"),
            inner.Select(static part => $"{{\"type\":\"object\",\"additionalProperties\":{part}}}"));
    }

    private static void EachObject(JsonElement element, Action<JsonElement> check)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                EachObject(item, check);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (element.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() == "object")
            {
                check(element);
            }

            foreach (JsonProperty property in element.EnumerateObject())
            {
                EachObject(property.Value, check);
            }
        }
    }

    private static string Deep(int levels, string innermost = """{"type":"string"}""") =>
        string.Concat(Enumerable.Repeat("""{"type":"object","properties":{"x":""", levels)) + innermost + string.Concat(Enumerable.Repeat("}}", levels));

    private static JsonElement Parse(string json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2000 }).RootElement.Clone();
}
