using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Marks up to where a provider should keep a prompt in its cache, for providers that are told so (Anthropic, Bedrock, and OpenRouter and LiteLLM, which hand it on).</summary>
/// <remarks>Providers that cache by themselves ignore the mark. A marked prompt gets no automatic breakpoints.</remarks>
public static class CacheMarkerExtensions
{
    /// <summary>Where the mark lies among the properties of a content or a tool.</summary>
    internal const string Key = "cache_control";

    /// <summary>Marks a content: everything up to it is kept. Returns the same content.</summary>
    /// <typeparam name="T">The kind of content.</typeparam>
    /// <param name="content">The content; it is marked in its <see cref="AIContent.AdditionalProperties"/>, under <c>cache_control</c>.</param>
    /// <param name="lifetime">5 minutes or 1 hour. Null: the provider's default.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another lifetime.</exception>
    public static T WithCacheMarker<T>(this T content, TimeSpan? lifetime = null)
        where T : AIContent
    {
        ArgumentNullException.ThrowIfNull(content);
        (content.AdditionalProperties ??= [])[Key] = MarkOf(lifetime);
        return content;
    }

    /// <summary>Marks the last content of a message. Returns the same message.</summary>
    /// <inheritdoc cref="WithCacheMarker{T}(T, TimeSpan?)"/>
    /// <param name="message">The message; it needs at least one content.</param>
    /// <param name="lifetime">5 minutes or 1 hour. Null: the provider's default.</param>
    /// <exception cref="ArgumentException">The message is empty.</exception>
    public static ChatMessage WithCacheMarker(this ChatMessage message, TimeSpan? lifetime = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Contents.Count == 0)
        {
            throw new ArgumentException("The message has no content that could be marked.", nameof(message));
        }

        message.Contents[^1].WithCacheMarker(lifetime);
        return message;
    }

    /// <summary>For how long the marks of a request keep its prompt; of several the longest.</summary>
    internal static CacheMark LongestOf(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        CacheMark longest = CacheMark.None;
        for (int i = 0; i < (options?.Tools?.Count ?? 0); i++)
        {
            longest = Longer(longest, options!.Tools![i].AdditionalProperties);
        }

        for (int i = 0; i < messages.Count; i++)
        {
            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                longest = contents[j].AdditionalProperties is { } properties ? Longer(longest, properties) : longest;
            }
        }

        return longest;
    }

    private static CacheMark Longer(CacheMark longest, IReadOnlyDictionary<string, object?> properties) =>
        !properties.TryGetValue(Key, out object? mark) || mark is null or false ? longest
        : mark.ToString()!.Contains("1h", StringComparison.Ordinal) ? CacheMark.Hour
        : longest == CacheMark.None ? CacheMark.Usual
        : longest;

    private static string MarkOf(TimeSpan? lifetime) => lifetime switch
    {
        null => "ephemeral",
        { TotalMinutes: 5 } => "5m",
        { TotalMinutes: 60 } => "1h",
        _ => throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "Allowed are 5 minutes, 1 hour, or null for the provider's default."),
    };
}
