using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>What the caller wants of the vectors.</summary>
internal readonly record struct GeminiEmbeddingWishes(int? Dimensions, string? TaskType, string? Title)
{
    public static GeminiEmbeddingWishes Of(EmbeddingGenerationOptions? options)
    {
        string? taskType = null, title = null;
        foreach (KeyValuePair<string, object?> property in options?.AdditionalProperties ?? [])
        {
            switch (property.Key)
            {
                case "taskType" or "task_type":
                    taskType = TextOf(property);
                    break;
                case "title":
                    title = TextOf(property);
                    break;
                default:
                    throw ErrorFactory.Unsupported($"AdditionalProperties['{property.Key}']: embeddings of this format have no such field; allowed are taskType and title.");
            }
        }

        return new GeminiEmbeddingWishes(options?.Dimensions, taskType, title);
    }

    private static string? TextOf(KeyValuePair<string, object?> property) => property.Value switch
    {
        null => null,
        string text => text,
        _ => throw ErrorFactory.Unsupported($"AdditionalProperties['{property.Key}']: a value of type {property.Value.GetType().Name} cannot be sent; allowed is text, for instance RETRIEVAL_QUERY."),
    };
}
