using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Turns the text of a tool call's arguments into a <see cref="FunctionCallContent"/>.</summary>
internal static class ToolArguments
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, MaxDepth = 256 };

    /// <summary>Empty and null arguments mean none. Broken ones leave an exception, and the raw text as the raw representation.</summary>
    /// <param name="id">The call's id.</param>
    /// <param name="name">The function.</param>
    /// <param name="arguments">What the model wrote.</param>
    /// <param name="unwraps">Whether the arguments may be JSON inside a JSON string.</param>
    public static FunctionCallContent ToContent(string id, string name, string arguments, bool unwraps = false)
    {
        var call = new FunctionCallContent(id, name);
        string trimmed = arguments.Trim();
        if (unwraps && trimmed.StartsWith('"'))
        {
            trimmed = Unwrapped(trimmed);
        }

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

    /// <summary>Takes off one level of JSON text around JSON; what is none stays as it is.</summary>
    private static string Unwrapped(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()!.Trim() : text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return text;
        }
    }
}
