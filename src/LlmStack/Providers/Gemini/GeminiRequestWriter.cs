using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Writes the body of a call.</summary>
internal static class GeminiRequestWriter
{
    public static GeminiRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, GeminiProfile profile)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            writer.WritePropertyName("contents"u8);
            new GeminiMessageWriter(writer, new GeminiPartWriter(messages, true, profile.SendsCallIds)).Write(messages);
            writer.WriteEndObject();
            writer.Flush();
            return new GeminiRequest(body);
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }
    }
}
