using System.Text;
using System.Text.Unicode;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Anthropic;

/// <summary>
/// Text events repeat each other in everything but the text and the blanks at the end, so the bytes before the text are remembered, and
/// an event that starts with them is not parsed again.
/// </summary>
/// <remarks>
/// Exact, not a guess: behind the same bytes stands one JSON string without escapes, and then nothing but the two braces that close the
/// event and blanks. Everything else is read in full.
/// </remarks>
internal sealed class TextDeltaTemplate
{
    private byte[] _prefix = [];

    /// <summary>The event's text, when it differs from the template in nothing else.</summary>
    public bool TryMatch(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> text)
    {
        if (_prefix.Length > 0 && data.StartsWith(_prefix))
        {
            ReadOnlySpan<byte> rest = data[_prefix.Length..];
            int end = rest.IndexOfAny(JsonStringBytes.Special);
            if (end > 0 && rest[end] == (byte)'"' && Closes(rest[(end + 1)..]))
            {
                text = rest[..end];
                return Ascii.IsValid(text) || Utf8.IsValid(text);
            }
        }

        text = default;
        return false;
    }

    /// <summary>Takes an event that was read in full as the new template, if it is an ordinary one.</summary>
    public void Learn(ReadOnlySpan<byte> data, AnthropicDocument document)
    {
        if (document.Type != AnthropicEventType.BlockDelta || document.Delta.Text is not { Length: > 0 } known || data.StartsWith(_prefix) && _prefix.Length > 0)
        {
            return;
        }

        ReadOnlySpan<byte> marker = "\"type\":\"text_delta\",\"text\":\""u8;
        int at = data.IndexOf(marker);
        int start = at + marker.Length;
        if (at < 0 || data.StartsWith("{\"type\":\"content_block_delta\",\"index\":"u8) is false)
        {
            return;
        }

        int length = data[start..].IndexOfAny(JsonStringBytes.Special);
        bool plain = length > 0 && data[start + length] == (byte)'"' && Closes(data[(start + length + 1)..]);
        if (plain && Utf8.IsValid(data.Slice(start, length)) && string.Equals(Encoding.UTF8.GetString(data.Slice(start, length)), known, StringComparison.Ordinal))
        {
            _prefix = data[..start].ToArray();
        }
    }

    private static bool Closes(ReadOnlySpan<byte> tail)
    {
        int braces = 0;
        foreach (byte b in tail)
        {
            if (b == (byte)'}')
            {
                braces++;
            }
            else if (b != (byte)' ')
            {
                return false;
            }
        }

        return braces == 2;
    }
}
