using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Structured output: an answer that follows a type's JSON schema, read as that type.</summary>
public static class StructuredOutputExtensions
{
    /// <summary>Asks one question and reads the answer as a <typeparamref name="T"/>.</summary>
    /// <inheritdoc cref="ChatAsync{T}(ILlmClient, string, IEnumerable{ChatMessage}, ChatOptions?, JsonSerializerOptions?, CancellationToken)"/>
    public static Task<StructuredResponse<T>> ChatAsync<T>(this ILlmClient client, string model, string prompt, ChatOptions? options = null, JsonSerializerOptions? serializerOptions = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return client.ChatAsync<T>(model, (ChatMessage[])[new ChatMessage(ChatRole.User, prompt)], options, serializerOptions, cancellationToken);
    }

    /// <summary>Sends a conversation and reads the answer as a <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">The type; its JSON schema is sent with the request. A type that is no object is wrapped in one.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Options of the call, or null. Their response format is replaced.</param>
    /// <param name="serializerOptions">
    /// How <typeparamref name="T"/> is read. Null: <see cref="AIJsonUtilities.DefaultOptions"/>. Trimmed and ahead-of-time compiled
    /// applications pass options with a source-generated context that knows <typeparamref name="T"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">
    /// <see cref="LlmErrorKind.Configuration"/>, before any call, when the options do not know the type;
    /// <see cref="LlmErrorKind.InvalidResponse"/> when the answer is no such value; other kinds as for any call.
    /// </exception>
    public static async Task<StructuredResponse<T>> ChatAsync<T>(this ILlmClient client, string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, JsonSerializerOptions? serializerOptions = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        serializerOptions ??= AIJsonUtilities.DefaultOptions;
        JsonTypeInfo<T> typeInfo = TypeInfoOf<T>(serializerOptions);
        StructuredForm form = StructuredForm.Of(typeof(T), serializerOptions);
        ChatOptions copy = options?.Clone() ?? new ChatOptions();
        copy.ResponseFormat = form.Format;
        ChatResponse response = await client.ChatAsync(model, messages, copy, cancellationToken).ConfigureAwait(false);
        return new StructuredResponse<T>(response, Read(response, typeInfo, form.IsWrapped));
    }

    private static JsonTypeInfo<T> TypeInfoOf<T>(JsonSerializerOptions options)
    {
        if (options.TypeInfoResolver is null)
        {
            options = new JsonSerializerOptions(options) { TypeInfoResolver = AIJsonUtilities.DefaultOptions.TypeInfoResolver };
        }

        return options.TryGetTypeInfo(typeof(T), out JsonTypeInfo? info) && info is JsonTypeInfo<T> typed
            ? typed
            : throw new LlmException(
                LlmErrorKind.Configuration,
                $"serializerOptions do not know the type {typeof(T).Name}; pass JsonSerializerOptions whose TypeInfoResolver is a source-generated context with [JsonSerializable(typeof({typeof(T).Name}))].");
    }

    private static T Read<T>(ChatResponse response, JsonTypeInfo<T> typeInfo, bool wrapped)
    {
        string text = response.Text;
        if (response.FinishReason == ChatFinishReason.Length)
        {
            throw Unreadable<T>(response, "it was cut off by the output limit (MaxOutputTokens)", null);
        }

        if (text.Length == 0)
        {
            throw Unreadable<T>(response, "it has no text", null);
        }

        try
        {
            if (!wrapped)
            {
                return JsonSerializer.Deserialize(text, typeInfo) ?? throw Unreadable<T>(response, "it is null", null);
            }

            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("data"u8, out JsonElement data))
            {
                throw Unreadable<T>(response, "it lacks the property 'data'", null);
            }

            T? value = data.Deserialize(typeInfo);
            return value is not null || Nullable.GetUnderlyingType(typeof(T)) is not null ? value! : throw Unreadable<T>(response, "its 'data' is null", null);
        }
        catch (JsonException ex)
        {
            throw Unreadable<T>(response, $"it is not valid JSON of that type (at {ex.Path ?? "the start"})", ex);
        }
    }

    private static LlmException Unreadable<T>(ChatResponse response, string why, Exception? inner) =>
        new(LlmErrorKind.InvalidResponse, $"The answer could not be read as {typeof(T).Name}: {why}.", inner)
        {
            Route = response.GetRoute(),
            Usage = response.Usage,
            PartialText = response.Text,
        };
}
