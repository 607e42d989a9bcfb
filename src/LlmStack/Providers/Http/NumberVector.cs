using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Reads a vector that is written as JSON numbers.</summary>
internal static class NumberVector
{
    /// <summary>Reads the list at the reader; null when there is none.</summary>
    /// <param name="reader">At the list; behind it afterwards.</param>
    /// <param name="expected">How many numbers to expect, from the vector before; only a hint.</param>
    public static float[]? Read(ref WireReader reader, int expected = 2048)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        float[] buffer = ArrayPool<float>.Shared.Rent(Math.Max(expected, 256));
        if (FloatScanner.TryScan(reader.Rest, ref buffer, out int length, out int end))
        {
            reader.ContinueAt(reader.BytesConsumed + end);
            reader.Read();
        }
        else
        {
            length = ReadTokens(ref reader, ref buffer);
        }

        float[] vector = buffer.AsSpan(0, length).ToArray();
        ArrayPool<float>.Shared.Return(buffer);
        return vector;
    }

    /// <summary>For lists with something else than numbers in them.</summary>
    private static int ReadTokens(ref WireReader reader, ref float[] buffer)
    {
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

            bool isNumber = reader.TokenType is JsonTokenType.Number or JsonTokenType.String;
            buffer[length++] = isNumber && float.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) ? number : 0;
        }

        return length;
    }
}
