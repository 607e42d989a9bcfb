using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>Carries out what the user set beside the options: further body fields, further headers, the raw answer.</summary>
internal static class RawRequest
{
    /// <summary>Adds the user's own fields to a finished body and hands its headers to the call. Costs two look-ups when there are none.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="options">The options, or null.</param>
    /// <param name="provider">The adapter; the user's factory asks it for its address and model.</param>
    /// <param name="body">The body: one JSON object. Replaced when fields are merged into it.</param>
    public static void Apply(ProviderCall call, ChatOptions? options, ILlmProvider provider, ref PooledBuffer body)
    {
        AdditionalPropertiesDictionary? properties = options?.AdditionalProperties;
        if (properties is not null && properties.TryGetValue(RawOptionsExtensions.HeadersKey, out object? headers))
        {
            call.Headers = headers as IReadOnlyDictionary<string, string>;
        }

        JsonObject? fields = properties is not null && properties.TryGetValue(RawOptionsExtensions.FieldsKey, out object? given) ? given as JsonObject : null;
        JsonObject? made = Made(call, options, provider);
        if (fields is null && made is null)
        {
            return;
        }

        JsonObject merged = JsonNode.Parse(body.WrittenSpan)!.AsObject();
        Merge(merged, made);
        Merge(merged, fields);
        var replaced = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(replaced);
        merged.WriteTo(writer);
        writer.Flush();
        JsonWriterCache.Return(writer);
        body.Dispose();
        body = replaced;
    }

    /// <summary>Whether the answer keeps the provider's own JSON.</summary>
    public static bool WantsResponse(ChatOptions? options) =>
        options?.AdditionalProperties is { } properties && properties.TryGetValue(RawOptionsExtensions.ResponseKey, out object? value) && value is true;

    /// <summary>A copy of the provider's JSON, for a raw representation.</summary>
    public static JsonElement Copy(ReadOnlyMemory<byte> json) => Copy(json.Span);

    /// <inheritdoc cref="Copy(ReadOnlyMemory{byte})"/>
    public static JsonElement Copy(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonElement.TryParseValue(ref reader, out JsonElement? element) ? element.Value : default;
    }

    private static JsonObject? Made(ProviderCall call, ChatOptions? options, ILlmProvider provider)
    {
        switch (options?.RawRepresentationFactory?.Invoke(new RawRequestClient(provider)))
        {
            case null:
                return null;
            case JsonObject fields:
                return fields;
            case JsonElement { ValueKind: JsonValueKind.Object } element:
                return JsonNode.Parse(JsonMarshal.GetRawUtf8Value(element))!.AsObject();
            case object other:
                FieldPolicy.Unsupported(call, "RawRepresentationFactory", FieldEffect.Meaning, "LlmStack merges a JsonObject or a JsonElement into the body", other.GetType().Name);
                return null;
        }
    }

    /// <summary>Merges objects at any depth; other values replace, and null removes.</summary>
    private static void Merge(JsonObject body, JsonObject? fields)
    {
        if (fields is null)
        {
            return;
        }

        foreach ((string name, JsonNode? value) in fields)
        {
            if (value is null)
            {
                body.Remove(name);
            }
            else if (value is JsonObject more && body[name] is JsonObject own)
            {
                Merge(own, more);
            }
            else
            {
                body[name] = value.DeepClone();
            }
        }
    }
}
