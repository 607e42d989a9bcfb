using System.Text.Json;

namespace LlmStack.Tracing;

/// <summary>One captured value (an input or an output) of a span: one JSON value, bounded, perhaps put together piece by piece.</summary>
internal sealed class SpanContent
{
    private readonly ContentBuffer _value = new();
    private ContentBuffer? _toolCalls;
    private char _pendingSurrogate;
    private bool _assembling;
    private bool _hasText;

    public int Limit
    {
        get => _value.Limit;
        set
        {
            _value.Limit = value;
            if (_toolCalls is not null)
            {
                _toolCalls.Limit = value;
            }
        }
    }

    public bool IsEmpty => _value.Total == 0;

    /// <summary>Whether the value was too long and is a marked preview now.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The JSON value; an assembled message must be <see cref="Seal">sealed</see> first.</summary>
    public ReadOnlySpan<byte> Json => _value.Written;

    public void Set(ReadOnlySpan<byte> utf8Json)
    {
        Clear();
        _value.Write(utf8Json);
        Truncate(_value.Written, _value.Total);
    }

    /// <summary>Takes over a value that was written outside any lock.</summary>
    public void Set(ContentBuffer finished)
    {
        Clear();
        _value.Swap(finished);
        Truncate(_value.Written, _value.Total);
    }

    public void AppendText(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        BeginText();
        if (_pendingSurrogate != 0)
        {
            // A pair was cut by the border between two pieces: put it together, else it would become two replacement characters.
            ReadOnlySpan<char> pair = [_pendingSurrogate, text[0]];
            bool whole = char.IsLowSurrogate(text[0]);
            _pendingSurrogate = default;
            JsonText.Append(_value, whole ? pair : pair[..1]);
            text = whole ? text[1..] : text;
        }

        if (!text.IsEmpty && char.IsHighSurrogate(text[^1]))
        {
            _pendingSurrogate = text[^1];
            text = text[..^1];
        }

        JsonText.Append(_value, text);
    }

    public void AppendToolCall(string id, string name, IDictionary<string, object?>? arguments, TraceValueWriter values)
    {
        Begin();
        _toolCalls ??= new ContentBuffer { Limit = Limit };
        ContentBuffer calls = _toolCalls;
        calls.Write(calls.Total == 0 ? "{\"id\":"u8 : ",{\"id\":"u8);
        JsonText.AppendString(calls, id);
        calls.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        JsonText.AppendString(calls, name);
        calls.Write(",\"arguments\":\""u8);
        ContentBuffer scratch = ContentBufferPool.Rent(Limit);
        values.WriteArguments(scratch, arguments);
        JsonText.Append(calls, scratch.Written);
        calls.CountOnly(scratch.Total - scratch.Length);
        ContentBufferPool.Return(scratch);
        calls.Write("\"}}"u8);
    }

    /// <summary>Takes a value that is no wire text.</summary>
    public void Show(object value, TraceValueWriter values)
    {
        ContentBuffer buffer = ContentBufferPool.Rent(Limit);
        values.Write(buffer, value);
        Set(buffer);
        ContentBufferPool.Return(buffer);
    }

    /// <summary>Adds an answer's text and tool calls.</summary>
    public void AppendMessage(Microsoft.Extensions.AI.ChatMessage message, TraceValueWriter values)
    {
        for (int i = 0; i < message.Contents.Count; i++)
        {
            switch (message.Contents[i])
            {
                case Microsoft.Extensions.AI.TextContent text:
                    AppendText(text.Text);
                    break;
                case Microsoft.Extensions.AI.FunctionCallContent call:
                    AppendToolCall(call.CallId, call.Name, call.Arguments, values);
                    break;
            }
        }
    }

    /// <summary>Closes an assembled message; further pieces begin a new one.</summary>
    public void Seal()
    {
        if (!_assembling)
        {
            return;
        }

        if (_pendingSurrogate != 0)
        {
            ReadOnlySpan<char> lone = [_pendingSurrogate];
            _pendingSurrogate = default;
            JsonText.Append(_value, lone);
        }

        _value.Write(_hasText ? "\""u8 : "null"u8);
        if (_toolCalls is { Total: > 0 } calls)
        {
            _value.Write(",\"tool_calls\":["u8);
            _value.Write(calls.Written);
            _value.CountOnly(calls.Total - calls.Length);
            _value.Write("]"u8);
            calls.Clear();
        }

        _value.Write("}"u8);
        _assembling = false;
        _hasText = false;
        Truncate(_value.Written, _value.Total);
    }

    public void CopyTo(SpanContent other)
    {
        if (IsEmpty)
        {
            return;
        }

        other._value.CopyFrom(_value);
        other.IsTruncated = IsTruncated;
        other._assembling = _assembling;
        other._hasText = _hasText;
        other._pendingSurrogate = _pendingSurrogate;
        other._toolCalls?.Clear();
        if (_toolCalls is { Total: > 0 } calls)
        {
            other._toolCalls ??= new ContentBuffer { Limit = other.Limit };
            other._toolCalls.CopyFrom(calls);
        }
    }

    /// <summary>Replaces the preview of a truncated value.</summary>
    /// <param name="scratch">A buffer for the new value; holds the old one afterwards.</param>
    /// <param name="rewrite">
    /// Gets the preview with the escapes of the JSON inside it resolved, as what is hidden behind an escape cannot be recognised.
    /// </param>
    public void RewritePreview(ContentBuffer scratch, Func<string, string> rewrite)
    {
        var reader = new Utf8JsonReader(_value.Written);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("preview"u8))
            {
                int before = (int)reader.BytesConsumed;
                reader.Read();
                scratch.Write(_value.Written[..before]);
                JsonText.AppendString(scratch, rewrite(JsonText.Unescape(reader.GetString()!)));
                scratch.Write("}"u8);
                _value.Swap(scratch);
                return;
            }
        }
    }

    public void Clear()
    {
        IsTruncated = false;
        _value.Clear();
        _toolCalls?.Clear();
        _assembling = false;
        _hasText = false;
        _pendingSurrogate = default;
    }

    private void Begin()
    {
        if (_assembling)
        {
            return;
        }

        Clear();
        _assembling = true;
        _value.Write("{\"role\":\"assistant\",\"content\":"u8);
    }

    private void BeginText()
    {
        Begin();
        if (!_hasText)
        {
            _hasText = true;
            _value.Write("\""u8);
        }
    }

    private void Truncate(ReadOnlySpan<byte> kept, long bytes)
    {
        if (bytes <= Limit)
        {
            return;
        }

        IsTruncated = true;

        // Cutting inside JSON text would make it invalid, so a longer value becomes a small object with a preview.
        const int Frame = 64;
        ContentBuffer result = ContentBufferPool.Rent(Limit);
        result.Write("{\"truncated\":true,\"bytes\":"u8);
        Span<byte> digits = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(bytes, digits, out int count);
        result.Write(digits[..count]);
        result.Write(",\"preview\":\""u8);

        // Escaping doubles quotes and backslashes, so half of the room always fits; control characters do not occur inside JSON text.
        JsonText.Append(result, JsonText.Prefix(kept, Math.Max(0, (Limit - Frame) / 2)));
        result.Write("\"}"u8);
        _value.Swap(result);
        ContentBufferPool.Return(result);
    }
}
