using System.Diagnostics.CodeAnalysis;
using LlmStack.Calls;
using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>What happened to a call, read from its response.</summary>
public static class LlmResponseExtensions
{
    /// <summary>The key under which a route travels where no subclass can go: embeddings, coalesced streams.</summary>
    internal const string RouteKey = "llmstack.route";

    /// <summary>The route of the call that made <paramref name="response"/>; null when LlmStack did not make it.</summary>
    /// <param name="response">A response.</param>
    public static CallRoute? GetRoute(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return (response as RoutedChatResponse)?.Route ?? From(response.AdditionalProperties) ?? FromMessages(response.Messages);
    }

    /// <summary>The route so far: the deployment on the first update, everything on the last; null on the others.</summary>
    /// <param name="update">An update of a stream.</param>
    public static CallRoute? GetRoute(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return (update as RoutedChatResponseUpdate)?.Route ?? From(update.AdditionalProperties);
    }

    /// <summary>The route of the call that made <paramref name="embeddings"/>; null when LlmStack did not make them.</summary>
    /// <param name="embeddings">The embeddings.</param>
    public static CallRoute? GetRoute(this GeneratedEmbeddings<Embedding<float>> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        return From(embeddings.AdditionalProperties);
    }

    /// <summary>The route of the call that made <paramref name="completion"/>.</summary>
    /// <param name="completion">A completion.</param>
    public static CallRoute? GetRoute(this TextCompletion completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return completion.Route;
    }

    /// <summary>The route so far: the deployment on the first update, everything on the last; null on the others.</summary>
    /// <param name="update">An update of a stream.</param>
    public static CallRoute? GetRoute(this TextCompletionUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return update.Route;
    }

    /// <summary>The route of the call that made <paramref name="response"/>.</summary>
    /// <param name="response">A response.</param>
    public static CallRoute? GetRoute(this RerankResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Route;
    }

    /// <summary>The route of the call that made <paramref name="response"/>.</summary>
    /// <param name="response">A response.</param>
    public static CallRoute? GetRoute(this ModerationResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Route;
    }

    /// <summary>The route of the call that made <paramref name="response"/>; null when LlmStack did not make it.</summary>
    /// <param name="response">A response.</param>
    [Experimental("MEAI001")]
    public static CallRoute? GetRoute(this ImageGenerationResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return (response as RoutedImageResponse)?.Route;
    }

    /// <summary>The route of the call that made <paramref name="response"/>; null when LlmStack did not make it.</summary>
    /// <param name="response">A response.</param>
    [Experimental("MEAI001")]
    public static CallRoute? GetRoute(this TextToSpeechResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return From(response.AdditionalProperties);
    }

    /// <summary>The route so far: the deployment on the first update, everything on the last; null on the others.</summary>
    /// <param name="update">An update of a stream.</param>
    [Experimental("MEAI001")]
    public static CallRoute? GetRoute(this TextToSpeechResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return From(update.AdditionalProperties);
    }

    /// <summary>The route of the call that made <paramref name="response"/>; null when LlmStack did not make it.</summary>
    /// <param name="response">A response.</param>
    [Experimental("MEAI001")]
    public static CallRoute? GetRoute(this SpeechToTextResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return From(response.AdditionalProperties);
    }

    /// <summary>The route so far: the deployment on the first update, everything on the last; null on the others.</summary>
    /// <param name="update">An update of a stream.</param>
    [Experimental("MEAI001")]
    public static CallRoute? GetRoute(this SpeechToTextResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return From(update.AdditionalProperties);
    }

    /// <summary>Coalescing a stream whose updates name their message leaves the properties on the message.</summary>
    private static CallRoute? FromMessages(IList<ChatMessage> messages)
    {
        for (int i = messages.Count - 1; i >= 0; i--)
        {
            if (From(messages[i].AdditionalProperties) is { } route)
            {
                return route;
            }
        }

        return null;
    }

    private static CallRoute? From(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(RouteKey, out object? value) ? value as CallRoute : null;
}
