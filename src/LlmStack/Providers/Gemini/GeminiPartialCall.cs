using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>A call whose arguments come in pieces: each names its place by a JSON path, and texts grow piece by piece.</summary>
internal sealed class GeminiPartialCall(string id, string name, bool isMain)
{
    private const int MaxPieces = 100_000;

    private readonly JsonObject _arguments = [];
    private readonly Dictionary<string, StringBuilder> _texts = new(StringComparer.Ordinal);
    private int _pieces;

    public string Id { get; } = id;

    public string Name { get; } = name;

    /// <summary>Whether the first candidate makes the call.</summary>
    public bool IsMain { get; } = isMain;

    public void Add(JsonElement pieces)
    {
        if (pieces.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (JsonElement piece in pieces.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.Object || !piece.TryGetProperty("jsonPath", out JsonElement path) || path.ValueKind != JsonValueKind.String || ++_pieces > MaxPieces)
            {
                continue;
            }

            string place = JsonText.TextOf(path);
            if (piece.TryGetProperty("stringValue", out JsonElement text) && text.ValueKind == JsonValueKind.String)
            {
                if (!_texts.TryGetValue(place, out StringBuilder? known))
                {
                    _texts[place] = known = new StringBuilder();
                }

                known.Append(JsonText.TextOf(text));
            }
            else if (ValueOf(piece) is { } value)
            {
                Set(place, value);
            }
        }
    }

    /// <summary>The arguments so far.</summary>
    public string ToJson()
    {
        foreach ((string place, StringBuilder text) in _texts)
        {
            Set(place, JsonValue.Create(text.ToString()));
        }

        return _arguments.ToJsonString();
    }

    private static JsonNode? ValueOf(JsonElement piece) =>
        piece.TryGetProperty("numberValue", out JsonElement number) && number.ValueKind == JsonValueKind.Number ? JsonValue.Create(number.Clone())
        : piece.TryGetProperty("boolValue", out JsonElement flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? JsonValue.Create(flag.GetBoolean())
        : null;

    /// <summary>Puts a value at a path such as <c>$.city.names[2]</c>, making what lies between.</summary>
    private void Set(string path, JsonNode? value)
    {
        JsonNode parent = _arguments;
        ReadOnlySpan<char> rest = path.AsSpan().TrimStart('$');
        while (TryTakeStep(ref rest, out string? field, out int index))
        {
            bool last = rest.IsEmpty;
            JsonNode? child = last ? value : rest[0] == '[' && !rest.StartsWith("['") ? new JsonArray() : new JsonObject();
            if (field is not null && parent is JsonObject holder)
            {
                if (last || holder[field] is not { } known)
                {
                    holder[field] = child;
                    parent = child!;
                }
                else
                {
                    parent = known;
                }
            }
            else if (field is null && parent is JsonArray list && index <= list.Count)
            {
                if (index == list.Count)
                {
                    list.Add(child);
                    parent = child!;
                }
                else if (last)
                {
                    list[index] = child;
                }
                else
                {
                    parent = list[index]!;
                }
            }
            else
            {
                return;
            }
        }
    }

    private static bool TryTakeStep(ref ReadOnlySpan<char> rest, out string? field, out int index)
    {
        field = null;
        index = -1;
        if (rest.IsEmpty)
        {
            return false;
        }

        if (rest[0] == '[')
        {
            int close = rest.IndexOf(']');
            ReadOnlySpan<char> inside = close < 0 ? default : rest[1..close];
            rest = close < 0 ? default : rest[(close + 1)..];
            if (inside.Length >= 2 && inside[0] is '\'' or '"')
            {
                field = inside[1..^1].ToString();
                return true;
            }

            return int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out index);
        }

        rest = rest.TrimStart('.');
        int end = rest.IndexOfAny('.', '[');
        field = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? default : rest[end..];
        return field.Length > 0;
    }
}
