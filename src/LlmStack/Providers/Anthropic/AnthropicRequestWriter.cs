using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes the body of a call. What the model reads comes first, so that the trace's input is a slice of the very bytes sent.</summary>
internal static class AnthropicRequestWriter
{
    public static AnthropicRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, AnthropicProfile profile, bool stream)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            AnthropicSystemWriter.Write(writer, messages, options?.Instructions);
            writer.WritePropertyName("messages"u8);
            new AnthropicMessageWriter(writer, new AnthropicContentWriter(call)).Write(messages);
            if (options?.Tools is { Count: > 0 } tools)
            {
                AnthropicToolWriter.WriteTools(writer, tools);
            }

            int inputEnd = Position(writer);
            if (profile.SendsModel)
            {
                writer.WriteString("model"u8, call.Model);
            }

            writer.WriteNumber("max_tokens"u8, options?.MaxOutputTokens ?? 4096);
            if (stream)
            {
                writer.WriteBoolean("stream"u8, true);
            }

            writer.WriteEndObject();
            writer.Flush();
            return new AnthropicRequest(body);
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

    private static int Position(Utf8JsonWriter writer) => (int)(writer.BytesCommitted + writer.BytesPending);
}
