using System.Buffers;
using System.Text.Json;

namespace LlmStack.Tracing;

/// <summary>Rewrites the texts inside a JSON value; what is not touched keeps its bytes.</summary>
internal static class JsonMask
{
    // Long numbers may be cards or accounts that somebody kept as numbers.
    private const int ShortestNumber = 13;
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 100_000, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Writes <paramref name="json"/> with its texts masked; false when nothing changed, and then <paramref name="target"/> is of no use.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool TryRewrite(ReadOnlySpan<byte> json, ContentBuffer target, TextMasker masker, MaskedField field)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        int copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName or JsonTokenType.Number))
            {
                continue;
            }

            if (reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length < ShortestNumber)
            {
                continue;
            }

            string text = TextOf(ref reader);
            string masked = masker.Mask(text, field);
            if (ReferenceEquals(masked, text) || string.Equals(masked, text, StringComparison.Ordinal))
            {
                continue;
            }

            int start = (int)reader.TokenStartIndex;
            int length = reader.TokenType == JsonTokenType.Number ? reader.ValueSpan.Length : reader.ValueSpan.Length + 2;
            target.Write(json[copied..start]);
            JsonText.AppendString(target, masked);
            copied = start + length;
        }

        if (copied == 0)
        {
            return false;
        }

        target.Write(json[copied..]);
        return true;
    }

    private static string TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? System.Text.Encoding.ASCII.GetString(reader.ValueSpan) : LenientText(ref reader);

    /// <summary>A lone surrogate in an escape must not make the whole value unreadable.</summary>
    private static string LenientText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
