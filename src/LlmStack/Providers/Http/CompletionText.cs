using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>What text completions of all formats share.</summary>
internal static class CompletionText
{
    /// <summary>The piece of a completion that a piece of a chat stands for.</summary>
    public static TextCompletionUpdate ToUpdate(ChatResponseUpdate update) => new()
    {
        Text = update.Text,
        ResponseId = update.ResponseId,
        ModelId = update.ModelId,
        FinishReason = update.FinishReason,
        Usage = UsageOf(update.Contents),
    };

    public static void Capture(IContentCapture capture, string text, bool asInput = false)
    {
        using var output = new PooledBuffer(text.Length + 64);
        Utf8JsonWriter writer = JsonWriterCache.Rent(output);
        writer.WriteStringValue(text);
        writer.Flush();
        JsonWriterCache.Return(writer);
        if (asInput)
        {
            capture.SetInput(output.WrittenSpan);
        }
        else
        {
            capture.SetOutput(output.WrittenSpan);
        }
    }

    private static UsageDetails? UsageOf(IList<AIContent> contents) => contents.Count > 0 && contents[^1] is UsageContent usage ? usage.Details : null;
}
