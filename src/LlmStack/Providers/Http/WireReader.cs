using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Reads JSON token by token, as <see cref="Utf8JsonReader"/> does with <see cref="JsonText.Lenient"/>, over bytes that lie in one piece.</summary>
/// <remarks>
/// Reading is the largest part of a call that does not wait: without segments, comments and line numbers, and with texts searched for their end
/// sixteen bytes at a time, even behind an escape, it takes half as long. It accepts and rejects what the other does, which a property test
/// holds: commas before a closing bracket and several documents one after the other are accepted, anything else that is no JSON throws.
/// </remarks>
internal ref struct WireReader(ReadOnlySpan<byte> document)
{
    /// <summary>Objects and arrays inside each other, at most.</summary>
    public const int MaxDepth = 256;

    private readonly ReadOnlySpan<byte> _json = document;
    private int _valueStart;
    private int _valueLength;
    private int _depth;

    // For each level whether it is an object.
    private Levels _objects;

    /// <summary>What was read last.</summary>
    public JsonTokenType TokenType { get; private set; }

    /// <summary>Where that begins, the quotation mark of a text included.</summary>
    public int TokenStartIndex { get; private set; }

    /// <summary>Where the next one is looked for.</summary>
    public int BytesConsumed { get; private set; }

    /// <summary>Whether the text or name has escapes, which <see cref="ValueSpan"/> shows as they are.</summary>
    public bool ValueIsEscaped { get; private set; }

    /// <summary>The bytes of the token; of a text and a name those between its quotation marks.</summary>
    public readonly ReadOnlySpan<byte> ValueSpan => _json.Slice(_valueStart, _valueLength);

    /// <summary>Objects and arrays that have begun and not ended.</summary>
    public readonly int CurrentDepth => _depth;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _json[BytesConsumed..];

    /// <summary>Reads the next token; false at the end.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public bool Read()
    {
        ReadOnlySpan<byte> json = _json;
        int at = WireScanner.SkipSpace(json, BytesConsumed);
        JsonTokenType last = TokenType;
        if ((uint)at >= (uint)json.Length)
        {
            if (_depth > 0)
            {
                Throw(at);
            }

            BytesConsumed = at;
            return false;
        }

        byte first = json[at];
        if (last != JsonTokenType.PropertyName && _depth > 0)
        {
            bool isObject = (_objects[(_depth - 1) >> 6] >> (_depth - 1) & 1) != 0;
            byte close = isObject ? (byte)'}' : (byte)']';
            if (first == (byte)',' && last is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                at = WireScanner.SkipSpace(json, at + 1);
                if ((uint)at >= (uint)json.Length)
                {
                    Throw(at);
                }

                first = json[at];
            }
            else if (first != close && last is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                Throw(at);
            }

            if (first == close)
            {
                _depth--;
                TakeMark(isObject ? JsonTokenType.EndObject : JsonTokenType.EndArray, at);
                return true;
            }

            if (isObject)
            {
                ReadName(json, at, first);
                return true;
            }
        }

        ReadValue(json, at, first);
        return true;
    }

    /// <summary>Goes behind the value at the reader, or the value of the name at it.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
        {
            Read();
        }

        if (TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            int depth = _depth - 1;
            do
            {
                Read();
            }
            while (_depth > depth);
        }
    }

    /// <summary>Whether the text or name at the reader is the given one.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    public readonly bool ValueTextEquals(ReadOnlySpan<byte> utf8)
    {
        if (TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
        {
            throw new InvalidOperationException($"A text is compared where the JSON has a token of type {TokenType}.");
        }

        return ValueIsEscaped ? EscapedEquals(utf8) : ValueSpan.SequenceEqual(utf8);
    }

    /// <summary>Goes on at a place of the same list or object, as if everything before it had been read.</summary>
    public void ContinueAt(int position) => BytesConsumed = position;

    /// <summary>The bytes of the value at the reader, or of the name at it; the reader is behind it afterwards.</summary>
    public ReadOnlySpan<byte> TakeRaw()
    {
        if (TokenType is JsonTokenType.PropertyName or JsonTokenType.None)
        {
            Read();
        }

        int start = TokenStartIndex;
        Skip();
        return _json[start..BytesConsumed];
    }

    /// <summary>The value at the reader; the reader is behind it afterwards.</summary>
    public JsonElement TakeElement()
    {
        var reader = new Utf8JsonReader(TakeRaw(), JsonText.Lenient);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The value at the reader as a document of its own, which the caller disposes; the reader is behind it afterwards.</summary>
    public JsonDocument TakeDocument()
    {
        var reader = new Utf8JsonReader(TakeRaw(), JsonText.Lenient);
        return JsonDocument.ParseValue(ref reader);
    }

    /// <exception cref="FormatException">The text is no base64.</exception>
    public readonly byte[] GetBytesFromBase64() => Token().GetBytesFromBase64();

    public readonly bool TryGetBytesFromBase64([NotNullWhen(true)] out byte[]? bytes) => Token().TryGetBytesFromBase64(out bytes);

    public readonly bool TryGetDateTimeOffset(out DateTimeOffset value) => Token().TryGetDateTimeOffset(out value);

    /// <summary>Copies the text at the reader without its escapes, and returns the length.</summary>
    public readonly int CopyString(Span<byte> target) => Token().CopyString(target);

    private readonly Utf8JsonReader Token()
    {
        var reader = new Utf8JsonReader(_json[TokenStartIndex..BytesConsumed], JsonText.Lenient);
        reader.Read();
        return reader;
    }

    private void ReadName(ReadOnlySpan<byte> json, int at, byte first)
    {
        if (first != (byte)'"')
        {
            Throw(at);
        }

        int end = WireScanner.SkipSpace(json, ReadText(json, at));
        if ((uint)end >= (uint)json.Length || json[end] != (byte)':')
        {
            Throw(end);
        }

        TokenType = JsonTokenType.PropertyName;
        BytesConsumed = end + 1;
    }

    private void ReadValue(ReadOnlySpan<byte> json, int at, byte first)
    {
        switch (first)
        {
            case (byte)'"':
                BytesConsumed = ReadText(json, at);
                TokenType = JsonTokenType.String;
                break;
            case (byte)'{':
                Open(isObject: true, at);
                break;
            case (byte)'[':
                Open(isObject: false, at);
                break;
            case (byte)'t':
                ReadWord(json, at, "true"u8, JsonTokenType.True);
                break;
            case (byte)'f':
                ReadWord(json, at, "false"u8, JsonTokenType.False);
                break;
            case (byte)'n':
                ReadWord(json, at, "null"u8, JsonTokenType.Null);
                break;
            default:
                ReadNumber(json, at);
                break;
        }
    }

    private void Open(bool isObject, int at)
    {
        if (_depth == MaxDepth)
        {
            throw new JsonException($"The JSON is nested deeper than {MaxDepth} levels at byte {at}.");
        }

        ulong level = 1UL << _depth;
        ref ulong levels = ref _objects[_depth++ >> 6];
        levels = isObject ? levels | level : levels & ~level;
        TakeMark(isObject ? JsonTokenType.StartObject : JsonTokenType.StartArray, at);
    }

    private void TakeMark(JsonTokenType type, int at)
    {
        TokenType = type;
        TokenStartIndex = _valueStart = at;
        _valueLength = 1;
        BytesConsumed = at + 1;
        ValueIsEscaped = false;
    }

    private void ReadWord(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> word, JsonTokenType type)
    {
        if (!json[at..].StartsWith(word))
        {
            Throw(at);
        }

        TakeMark(type, at);
        _valueLength = word.Length;
        BytesConsumed = at + word.Length;
    }

    private void ReadNumber(ReadOnlySpan<byte> json, int start)
    {
        int end = WireScanner.NumberEnd(json, start);
        if (end < 0 || (end == json.Length && _depth > 0))
        {
            Throw(end < 0 ? ~end : end);
        }

        TakeMark(JsonTokenType.Number, start);
        _valueLength = end - start;
        BytesConsumed = end;
    }

    /// <summary>Takes the text whose quotation mark is at a place, and returns the place behind it.</summary>
    private int ReadText(ReadOnlySpan<byte> json, int quote)
    {
        bool escaped = false;
        int at = quote + 1;
        while (true)
        {
            at = WireScanner.Special(json, at);
            if ((uint)at >= (uint)json.Length)
            {
                Throw(at);
            }

            byte found = json[at];
            if (found == (byte)'"')
            {
                break;
            }

            if (found != (byte)'\\')
            {
                Throw(at);
            }

            escaped = true;
            at = WireScanner.EscapeEnd(json, at);
            if (at < 0)
            {
                Throw(~at);
            }
        }

        TokenStartIndex = quote;
        _valueStart = quote + 1;
        _valueLength = at - _valueStart;
        ValueIsEscaped = escaped;
        return at + 1;
    }

    private readonly bool EscapedEquals(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetBytes(JsonText.Unescape(ValueSpan)).AsSpan().SequenceEqual(utf8);

    [DoesNotReturn]
    private readonly void Throw(int at) => throw new JsonException(
        at >= _json.Length ? $"The JSON ends in the middle, at byte {_json.Length}."
        : $"The JSON has a byte 0x{_json[at]:X2} at {at}, where something else is expected.");

    [InlineArray(MaxDepth / 64)]
    private struct Levels
    {
        private ulong _first;
    }
}
