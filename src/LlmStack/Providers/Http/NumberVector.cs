using System.Buffers;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Reads a vector that is written as JSON numbers.</summary>
internal static class NumberVector
{
    /// <summary>Reads the list at the reader; null when there is none.</summary>
    /// <param name="reader">At the list; behind it afterwards.</param>
    /// <param name="expected">How many numbers to expect, from the vector before; only a hint.</param>
    public static float[]? Read(ref Utf8JsonReader reader, int expected = 2048)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        float[] buffer = ArrayPool<float>.Shared.Rent(Math.Max(expected, 256));
        int length = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                // llama.cpp's own endpoint wraps the vector in a list of one.
                continue;
            }

            if (length == buffer.Length)
            {
                float[] larger = ArrayPool<float>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<float>.Shared.Return(buffer);
                buffer = larger;
            }

            buffer[length++] = (float)(JsonText.GetNumber(ref reader) ?? 0);
        }

        float[] vector = buffer.AsSpan(0, length).ToArray();
        ArrayPool<float>.Shared.Return(buffer);
        return vector;
    }
}
