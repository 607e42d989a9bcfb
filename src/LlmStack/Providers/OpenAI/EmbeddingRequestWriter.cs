using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes the body of an embeddings call; the inputs come first, so that the trace's input is a slice of it.</summary>
internal static class EmbeddingRequestWriter
{
    private static readonly int InputStart = "{\"input\":".Length;

    public static PooledBuffer Write(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, OpenAIProfile profile)
    {
        PooledBuffer body = JsonBody.Write((call.Model, inputs, options, profile), static (writer, s) => WriteFields(writer, s.Model, s.inputs, s.options, s.profile), out int inputEnd);
        if (call.Capture is { IsEnabled: true, HasInput: false })
        {
            call.Capture.SetInput(body.WrittenSpan[InputStart..inputEnd]);
        }

        return body;
    }

    private static int WriteFields(Utf8JsonWriter writer, string model, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, OpenAIProfile profile)
    {
        writer.WriteStartArray("input"u8);
        for (int i = 0; i < inputs.Count; i++)
        {
            writer.WriteStringValue(inputs[i]);
        }

        writer.WriteEndArray();
        int inputEnd = JsonBody.Position(writer);
        writer.WriteString("model"u8, model);
        if (profile.AsksBase64 && !ExtraFields.Has(options?.AdditionalProperties, "encoding_format"))
        {
            // A quarter of the bytes of numbers, and no number to parse.
            writer.WriteString("encoding_format"u8, "base64"u8);
        }

        if (options?.Dimensions is { } dimensions)
        {
            writer.WriteNumber(profile.DimensionsField, dimensions);
        }

        ExtraFields.Write(
            writer,
            options?.AdditionalProperties,
            (options?.Dimensions, profile.DimensionsField),
            static (own, key) => key is "input" or "model" || (own.Dimensions is not null && key == own.DimensionsField),
            static (_, _) => false);
        return inputEnd;
    }
}
