using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Turns the text of a tool call's arguments into a <see cref="FunctionCallContent"/>.</summary>
internal static class ToolArguments
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, MaxDepth = 256 };

    /// <summary>Empty and null arguments mean none. Broken ones leave an exception, and the raw text as the raw representation.</summary>
    public static FunctionCallContent ToContent(string id, string name, string arguments)
    {
        var call = new FunctionCallContent(id, name);
        string trimmed = arguments.Trim();
        if (trimmed.Length == 0 || trimmed == "null" || trimmed == "{}")
        {
            call.Arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
            return call;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(trimmed, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("The arguments are not a JSON object.");
            }

            var values = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.Clone().EnumerateObject())
            {
                values[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
            }

            call.Arguments = values;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            call.Exception = new InvalidOperationException($"The arguments of function call '{name}' could not be parsed: they are no complete JSON object.", e);
            call.RawRepresentation = arguments;
        }

        return call;
    }
}
