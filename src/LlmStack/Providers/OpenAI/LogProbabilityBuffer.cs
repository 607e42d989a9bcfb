using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>Joins the log probabilities of a stream's deltas into what the whole answer would have had.</summary>
internal sealed class LogProbabilityBuffer : IDisposable
{
    private readonly PooledBuffer _items = new();

    /// <summary>Adds a delta's object.</summary>
    public void Add(ReadOnlySpan<byte> json)
    {
        var reader = new WireReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool tokens = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("refusal"u8);
            reader.Read();
            int start = reader.TokenStartIndex + 1;
            bool any = tokens && reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
            ReadOnlySpan<byte> inside = any ? json[start..(reader.BytesConsumed - 1)].Trim(" \t\r\n"u8) : default;
            if (!inside.IsEmpty)
            {
                _items.Write(_items.Length == 0 ? "{\"content\":["u8 : ","u8);
                _items.Write(inside);
            }
        }
    }

    /// <summary>The joined object; null when nothing was added.</summary>
    public JsonElement? ToElement()
    {
        if (_items.Length == 0)
        {
            return null;
        }

        _items.Write("]}"u8);
        var reader = new WireReader(_items.WrittenSpan);
        return reader.TakeElement();
    }

    public void Dispose() => _items.Dispose();
}
