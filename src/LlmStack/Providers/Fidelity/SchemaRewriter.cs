using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Rewrites a JSON schema for a dialect that says less: the same schema always becomes the same text, a rewritten one stays as it
/// is, and what could not be kept is moved into descriptions, where the model still reads it, and listed.
/// </summary>
internal static class SchemaRewriter
{
    private const int MaxListed = 8;

    /// <summary>A deeper schema is refused; one that becomes deeper by its references is cut.</summary>
    public const int MaxNesting = 256;

    /// <summary>What is written at most: the rewriting adds levels of its own, and behind the last reference there may be a whole schema.</summary>
    private const int MaxWritten = 4 * MaxNesting;

    /// <summary>The parameters of a tool. Rewritten once for each tool, not for each call.</summary>
    public static JsonElement ForTool(AIFunctionDeclaration tool, SchemaDialect dialect, AttemptReport report)
    {
        if (!dialect.Rewritten.TryGetValue(tool, out RewrittenSchema? rewritten))
        {
            rewritten = dialect.Rewritten.GetValue(tool, key => Rewrite(((AIFunctionDeclaration)key).JsonSchema, dialect));
        }

        Report(rewritten, $"Tools[{tool.Name}]", report);
        return rewritten.Schema;
    }

    /// <summary>The schema of an answer. Rewritten once for each instance of the format.</summary>
    public static JsonElement ForResponse(ChatResponseFormatJson format, SchemaDialect dialect, AttemptReport report)
    {
        if (!dialect.Rewritten.TryGetValue(format, out RewrittenSchema? rewritten))
        {
            rewritten = dialect.Rewritten.GetValue(format, key => Rewrite(((ChatResponseFormatJson)key).Schema!.Value, dialect));
        }

        Report(rewritten, "ResponseFormat", report);
        return rewritten.Schema;
    }

    /// <summary>Rewrites a schema.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidRequest"/> when it is no schema at all.</exception>
    public static RewrittenSchema Rewrite(JsonElement schema, SchemaDialect dialect)
    {
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            throw FieldPolicy.Refusal("schema", $"a JSON schema is an object or a boolean, this is {schema.ValueKind}");
        }

        if (dialect.Keywords is null && !(dialect.RootIsObject && SchemaRoot.NeedsWork(schema)))
        {
            return new RewrittenSchema(schema, []);
        }

        CheckDepth(schema);
        var changes = new SchemaChanges();
        JsonObject root = schema.ValueKind == JsonValueKind.Object ? JsonObject.Create(schema)!.DeepClone().AsObject() : [];
        root = SchemaReferences.Expand(root, dialect, changes);
        if (dialect.RootIsObject)
        {
            SchemaRoot.MakeObject(root, changes);
        }

        if (dialect.Keywords is not null)
        {
            root = new SchemaWalk(dialect, root, changes).Rewrite();
        }

        return new RewrittenSchema(Element(root), changes.All);
    }

    private static void CheckDepth(JsonElement schema)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(schema), new JsonReaderOptions { MaxDepth = MaxNesting });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            throw FieldPolicy.Refusal("schema", $"it is nested deeper than {MaxNesting} levels");
        }
    }

    private static JsonElement Element(JsonObject node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = MaxWritten }))
        {
            node.WriteTo(writer);
        }

        using JsonDocument document = JsonDocument.Parse(buffer.ToArray(), new JsonDocumentOptions { MaxDepth = MaxWritten });
        return document.RootElement.Clone();
    }

    private static void Report(RewrittenSchema rewritten, string owner, AttemptReport report)
    {
        for (int i = 0; i < Math.Min(rewritten.Changes.Count, MaxListed); i++)
        {
            report.AddChange($"{owner}.schema{rewritten.Changes[i]}");
        }
    }
}
