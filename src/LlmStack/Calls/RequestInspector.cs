using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Reads off a conversation what a model must be able to do.</summary>
internal static class RequestInspector
{
    public static RequestFeatures FeaturesOf(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool streaming)
    {
        RequestFeatures features = streaming ? RequestFeatures.Streaming : RequestFeatures.None;
        if (options is not null)
        {
            if (options.Tools is { Count: > 0 })
            {
                features |= RequestFeatures.Tools;
            }

            if (options.ResponseFormat is ChatResponseFormatJson { Schema: not null })
            {
                features |= RequestFeatures.JsonSchema;
            }

            if (options.Temperature is not null || options.TopP is not null || options.TopK is not null)
            {
                features |= RequestFeatures.Sampling;
            }

            if (options.Reasoning is not null)
            {
                features |= RequestFeatures.Reasoning;
            }
        }

        for (int i = 0; i < messages.Count; i++)
        {
            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                features |= contents[j] switch
                {
                    TextContent => RequestFeatures.None,
                    DataContent data => FeatureOf(data.MediaType),
                    UriContent uri => FeatureOf(uri.MediaType),
                    _ => RequestFeatures.None,
                };
            }
        }

        return features;
    }

    private static RequestFeatures FeatureOf(string? mediaType)
    {
        if (mediaType is null)
        {
            return RequestFeatures.None;
        }

        return mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? RequestFeatures.Vision
            : mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? RequestFeatures.Audio
            : mediaType.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? RequestFeatures.Video
            : mediaType.Equals("application/pdf", StringComparison.OrdinalIgnoreCase) ? RequestFeatures.Pdf
            : RequestFeatures.None;
    }
}
