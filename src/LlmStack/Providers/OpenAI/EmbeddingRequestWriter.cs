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
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            writer.WriteStartArray("input"u8);
            for (int i = 0; i < inputs.Count; i++)
            {
                writer.WriteStringValue(inputs[i]);
            }

            writer.WriteEndArray();
            int inputEnd = (int)(writer.BytesCommitted + writer.BytesPending);
            writer.WriteString("model"u8, call.Model);
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
            writer.WriteEndObject();
            writer.Flush();
            if (call.Capture is { IsEnabled: true, HasInput: false })
            {
                call.Capture.SetInput(body.WrittenSpan[InputStart..inputEnd]);
            }

            return body;
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
