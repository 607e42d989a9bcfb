using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>Attaches routing wishes to the options of a call.</summary>
public static class RoutingOptionsExtensions
{
    /// <summary>The key under which the wishes travel; taken off before any provider sees the options.</summary>
    internal const string Key = "llmstack.routing";

    /// <summary>Returns a clone of <paramref name="options"/> that carries <paramref name="routing"/>.</summary>
    /// <param name="options">Options, or null for new ones.</param>
    /// <param name="routing">The wishes.</param>
    public static ChatOptions WithRouting(this ChatOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        ChatOptions clone = options?.Clone() ?? new ChatOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    public static EmbeddingGenerationOptions WithRouting(this EmbeddingGenerationOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        EmbeddingGenerationOptions clone = options?.Clone() ?? new EmbeddingGenerationOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    public static TextCompletionOptions WithRouting(this TextCompletionOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        TextCompletionOptions clone = options?.Clone() ?? new TextCompletionOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    public static RerankOptions WithRouting(this RerankOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        RerankOptions clone = options?.Clone() ?? new RerankOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    public static ModerationOptions WithRouting(this ModerationOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        ModerationOptions clone = options?.Clone() ?? new ModerationOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    [Experimental("MEAI001")]
    public static ImageGenerationOptions WithRouting(this ImageGenerationOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        ImageGenerationOptions clone = options?.Clone() ?? new ImageGenerationOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    [Experimental("MEAI001")]
    public static TextToSpeechOptions WithRouting(this TextToSpeechOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        TextToSpeechOptions clone = options?.Clone() ?? new TextToSpeechOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <summary>Returns a clone of <paramref name="options"/> that names the managed prompt the call is made from; other wishes on it stay.</summary>
    /// <param name="options">Options, or null for new ones.</param>
    /// <param name="prompt">The prompt.</param>
    public static ChatOptions WithPrompt(this ChatOptions? options, PromptReference prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return options.WithRouting((Read(options?.AdditionalProperties) ?? new RoutingOptions()) with { Prompt = prompt });
    }

    /// <inheritdoc cref="WithPrompt(ChatOptions?, PromptReference)"/>
    public static TextCompletionOptions WithPrompt(this TextCompletionOptions? options, PromptReference prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return options.WithRouting((Read(options?.AdditionalProperties) ?? new RoutingOptions()) with { Prompt = prompt });
    }

    /// <inheritdoc cref="WithRouting(ChatOptions?, RoutingOptions)"/>
    [Experimental("MEAI001")]
    public static SpeechToTextOptions WithRouting(this SpeechToTextOptions? options, RoutingOptions routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        SpeechToTextOptions clone = options?.Clone() ?? new SpeechToTextOptions();
        (clone.AdditionalProperties ??= [])[Key] = routing;
        return clone;
    }

    /// <summary>Reads the wishes; null when there are none.</summary>
    internal static RoutingOptions? Read(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(Key, out object? value) ? value as RoutingOptions : null;
}
