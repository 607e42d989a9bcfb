using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using LlmStack.Configuration;

namespace LlmStack.Tests.Configuration;

/// <summary>Writes the JSON schema of the section from the option classes and their documentation.</summary>
internal static class SchemaWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        XDocument docs = XDocument.Load(Path.ChangeExtension(typeof(LlmStackOptions).Assembly.Location, ".xml"));
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["properties"] = new JsonObject { [LlmStackOptions.SectionName] = Object(typeof(LlmStackOptions), docs) },
        };
        return schema.ToJsonString(Indented).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n";
    }

    private static JsonObject Object(Type type, XDocument docs)
    {
        var properties = new JsonObject();
        foreach (PropertyInfo property in type.GetProperties().Where(static property => property.SetMethod is { IsPublic: true } && property.Name != nameof(TracingOptions.JsonTypeInfoResolver)))
        {
            JsonObject schema = Of(property.PropertyType, docs);
            Allow(property, schema);
            schema["description"] = Description(property, docs);
            properties[property.Name] = schema;
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject Of(Type declared, XDocument docs)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            JsonObject values = Of(type.GetGenericArguments()[1], docs);
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = values };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            return new JsonObject { ["type"] = "array", ["items"] = Of(type.GetGenericArguments()[0], docs) };
        }

        return type switch
        {
            _ when type == typeof(string) => new JsonObject { ["type"] = "string" },
            _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when type == typeof(int) || type == typeof(long) || type == typeof(ulong) => new JsonObject { ["type"] = "integer" },
            _ when type == typeof(double) || type == typeof(float) || type == typeof(decimal) => new JsonObject { ["type"] = "number" },
            _ when type == typeof(TimeSpan) => new JsonObject { ["type"] = "string", ["pattern"] = @"^-?(\d+\.)?\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,7})?)?$|^\d+$" },
            _ when type == typeof(TimeOnly) => new JsonObject { ["type"] = "string", ["pattern"] = @"^\d{1,2}:\d{2}(:\d{2})?$" },
            _ when type == typeof(DateOnly) => new JsonObject { ["type"] = "string", ["format"] = "date" },
            _ when type.IsEnum => new JsonObject { ["type"] = "string", ["enum"] = Names(Enum.GetNames(type)) },
            _ when type.Assembly == typeof(LlmStackOptions).Assembly => Object(type, docs),
            _ => throw new InvalidOperationException($"The schema knows no form for {type}."),
        };
    }

    private static void Allow(PropertyInfo property, JsonObject schema)
    {
        string name = property.DeclaringType!.Name + "." + property.Name;
        if (name == "ProviderOptions.Type")
        {
            schema["enum"] = Names(new ProviderFormats().TypeNames);
        }
        else if (name == "FallbackOptions.Kinds")
        {
            schema["items"]!["enum"] = Names(Enum.GetNames<LlmErrorKind>().Where(static kind => kind != nameof(LlmErrorKind.Cancelled)));
        }
        else if (name == "DeploymentOptions.Capabilities")
        {
            schema["items"]!["enum"] = Names(CapabilityNames.All);
        }
        else if (name == "ModelGroupOptions.Strategy")
        {
            // Other names are allowed: those of an application's own strategies.
            schema.Remove("type");
            schema["anyOf"] = new JsonArray(new JsonObject { ["enum"] = Names(StrategyResolver.BuiltInNames) }, new JsonObject { ["type"] = "string" });
        }
    }

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(static name => (JsonNode)name)];

    private static string Description(PropertyInfo property, XDocument docs)
    {
        string id = $"P:{property.DeclaringType!.FullName}.{property.Name}";
        XElement summary = docs.Descendants("member").Single(member => (string?)member.Attribute("name") == id).Element("summary")!;
        string text = string.Concat(summary.Nodes().Select(static node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("cref") ?? "").Split('.')[^1],
            XElement element => element.Value,
            _ => "",
        }));
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
