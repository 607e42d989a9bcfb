using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.ChatClient;

/// <summary>Writes what goes to and comes from another client in the shape that traces hold.</summary>
internal static class ClientCapture
{
    private static readonly OpenAIProfile Shape = OpenAIProfile.OpenAI with { ReasoningEchoField = "reasoning_content" };

    public static void Input(IContentCapture capture, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (!capture.IsEnabled || capture.HasInput)
        {
            return;
        }

        List<AITool>? functions = null;
        for (int i = 0; i < (options?.Tools?.Count ?? 0); i++)
        {
            if (options!.Tools![i] is AIFunctionDeclaration function)
            {
                (functions ??= []).Add(function);
            }
        }

        using var buffer = new PooledBuffer();
        if (TryWrite(buffer, writer => WriteInput(writer, messages, options?.Instructions, functions)))
        {
            capture.SetInput(buffer.WrittenSpan);
        }
    }

    public static void Output(IContentCapture capture, ChatResponse response)
    {
        if (!capture.IsEnabled || response.Messages.Count == 0)
        {
            return;
        }

        using var buffer = new PooledBuffer();
        ChatMessage message = response.Messages[^1];
        if (TryWrite(buffer, writer => MessageWriter.WriteMessage(writer, message, Shape, developerRole: false, report: null)))
        {
            capture.SetOutput(buffer.WrittenSpan);
        }
    }

    public static void Texts(IContentCapture capture, IReadOnlyList<string> texts)
    {
        if (!capture.IsEnabled || capture.HasInput)
        {
            return;
        }

        using var buffer = new PooledBuffer();
        bool written = TryWrite(buffer, writer =>
        {
            writer.WriteStartArray();
            for (int i = 0; i < texts.Count; i++)
            {
                writer.WriteStringValue(texts[i]);
            }

            writer.WriteEndArray();
        });
        if (written)
        {
            capture.SetInput(buffer.WrittenSpan);
        }
    }

    private static void WriteInput(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, string? instructions, List<AITool>? functions)
    {
        if (functions is null)
        {
            MessageWriter.WriteMessages(writer, messages, instructions, Shape, developerRole: false, report: null);
            return;
        }

        writer.WriteStartObject();
        writer.WritePropertyName("messages"u8);
        MessageWriter.WriteMessages(writer, messages, instructions, Shape, developerRole: false, report: null);
        ToolWriter.WriteTools(writer, functions, SchemaDialect.Full, new AttemptReport());
        writer.WriteEndObject();
    }

    /// <summary>A trace must never fail a call: another client may take contents that this shape has no word for.</summary>
    private static bool TryWrite(PooledBuffer buffer, Action<Utf8JsonWriter> write)
    {
        Utf8JsonWriter writer = JsonWriterCache.Rent(buffer);
        try
        {
            write(writer);
            writer.Flush();
            return buffer.Length > 0;
        }
        catch (Exception e) when (e is LlmException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }
    }
}
