using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Writes the body of an embeddings call.</summary>
internal static class GeminiEmbeddingWriter
{
    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, GeminiProfile profile)
    {
        TextListCapture.Input(call.Capture, inputs);
        return JsonBody.Write((call.Model, inputs, Wishes: GeminiEmbeddingWishes.Of(options), profile.IsVertex), static (writer, s) =>
        {
            if (s.IsVertex)
            {
                WriteInstances(writer, s.inputs, s.Wishes);
            }
            else
            {
                WriteRequests(writer, s.Model, s.inputs, s.Wishes);
            }
        });
    }

    private static void WriteRequests(Utf8JsonWriter writer, string model, IReadOnlyList<string> inputs, in GeminiEmbeddingWishes wishes)
    {
        string name = model.Contains('/', StringComparison.Ordinal) ? model : "models/" + model;
        writer.WriteStartArray("requests"u8);
        for (int i = 0; i < inputs.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, name);
            writer.WriteStartObject("content"u8);
            writer.WriteStartArray("parts"u8);
            GeminiPartWriter.WriteText(writer, inputs[i], state: null);
            writer.WriteEndArray();
            writer.WriteEndObject();
            WriteText(writer, "taskType"u8, wishes.TaskType);
            WriteText(writer, "title"u8, wishes.Title);
            if (wishes.Dimensions is { } dimensions)
            {
                writer.WriteNumber("outputDimensionality"u8, dimensions);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteInstances(Utf8JsonWriter writer, IReadOnlyList<string> inputs, in GeminiEmbeddingWishes wishes)
    {
        writer.WriteStartArray("instances"u8);
        for (int i = 0; i < inputs.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("content"u8, inputs[i]);
            WriteText(writer, "task_type"u8, wishes.TaskType);
            WriteText(writer, "title"u8, wishes.Title);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (wishes.Dimensions is { } dimensions)
        {
            writer.WriteStartObject("parameters"u8);
            writer.WriteNumber("outputDimensionality"u8, dimensions);
            writer.WriteEndObject();
        }
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
