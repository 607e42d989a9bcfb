using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Joins what the pieces of an answer say of log probabilities into what the whole would have said: a list, or an object of lists.</summary>
internal sealed class JoinedLogProbabilities
{
    private readonly List<JsonElement> _pieces = new(1);

    /// <summary>Adds what one piece says; anything but a list or an object is ignored.</summary>
    public void Add(JsonElement piece)
    {
        if (piece.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
        {
            _pieces.Add(piece);
        }
    }

    /// <summary>The whole; the piece itself when there was only one.</summary>
    public JsonElement ToElement()
    {
        if (_pieces.Count <= 1)
        {
            return _pieces.Count == 0 ? default : _pieces[0];
        }

        using var json = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(json);
        try
        {
            if (_pieces[0].ValueKind == JsonValueKind.Array)
            {
                WriteList(writer, _pieces);
            }
            else
            {
                WriteObject(writer);
            }

            writer.Flush();
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }

        return JsonElement.Parse(json.WrittenSpan);
    }

    private void WriteObject(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (JsonProperty member in _pieces[0].EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (member.Value.ValueKind == JsonValueKind.Array)
            {
                WriteList(writer, _pieces.Select(piece => piece.ValueKind == JsonValueKind.Object && piece.TryGetProperty(member.Name, out JsonElement list) ? list : default));
            }
            else
            {
                member.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, IEnumerable<JsonElement> lists)
    {
        writer.WriteStartArray();
        foreach (JsonElement list in lists)
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            foreach (JsonElement item in list.EnumerateArray())
            {
                item.WriteTo(writer);
            }
        }

        writer.WriteEndArray();
    }
}
