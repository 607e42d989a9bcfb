using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>What the options have no field for: further fields and headers of a request, and the provider's own answer.</summary>
public static class RawOptionsExtensions
{
    internal const string FieldsKey = "llmstack.raw_fields";
    internal const string HeadersKey = "llmstack.headers";
    internal const string ResponseKey = "llmstack.raw_response";

    /// <summary>Returns a clone whose request body has these fields as well. Objects are merged, at any depth; other values replace what LlmStack writes.</summary>
    /// <param name="options">Options, or null for new ones.</param>
    /// <param name="fields">Fields in the provider's own names, for instance <c>{"generationConfig": {"mediaResolution": "LOW"}}</c>. A null value removes a field.</param>
    /// <remarks>
    /// They go to whichever provider serves the call. Single top-level fields can also be set in <see cref="ChatOptions.AdditionalProperties"/>;
    /// a <see cref="ChatOptions.RawRepresentationFactory"/> that returns a <see cref="JsonObject"/> is merged in the same way.
    /// </remarks>
    public static ChatOptions WithRawFields(this ChatOptions? options, JsonObject fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return With(options, FieldsKey, fields);
    }

    /// <summary>Returns a clone whose request carries these headers, in place of others of the same name.</summary>
    /// <param name="options">Options, or null for new ones.</param>
    /// <param name="headers">Names and values. Values are shown nowhere.</param>
    /// <exception cref="ArgumentException">A name or a value cannot be sent as a header.</exception>
    public static ChatOptions WithHeaders(this ChatOptions? options, IReadOnlyDictionary<string, string> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        foreach ((string name, string value) in headers)
        {
            if (string.IsNullOrEmpty(name) || name.AsSpan().ContainsAnyExcept(HeaderNameCharacters) || value is null || value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                throw new ArgumentException($"The header '{name}' cannot be sent; allowed are a name of letters, digits and '-', and a value without line breaks.", nameof(headers));
            }
        }

        return With(options, HeadersKey, new Dictionary<string, string>(headers, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Returns a clone whose response keeps the provider's own JSON in <see cref="ChatResponse.RawRepresentation"/>, as a <see cref="System.Text.Json.JsonElement"/>.</summary>
    /// <param name="options">Options, or null for new ones.</param>
    /// <remarks>In a stream each update has the event it was made of. Off by default, because it costs a copy.</remarks>
    public static ChatOptions WithRawResponse(this ChatOptions? options) => With(options, ResponseKey, true);

    private static readonly System.Buffers.SearchValues<char> HeaderNameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    private static ChatOptions With(ChatOptions? options, string key, object value)
    {
        ChatOptions clone = options?.Clone() ?? new ChatOptions();
        (clone.AdditionalProperties ??= [])[key] = value;
        return clone;
    }
}
