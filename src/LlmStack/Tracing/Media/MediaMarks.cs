using System.Text.Json;

namespace LlmStack.Tracing.Media;

/// <summary>The places in a JSON value where files stand: data URIs, and base64 beside a property that names its type.</summary>
internal ref struct MediaMarks
{
    private const int MaxDepth = 64;

    /// <summary>What is known of the objects that are open.</summary>
    private readonly Frame[] _frames;
    private readonly List<MediaMark> _found;
    private int _depth;
    private Role _property;
    private bool _audio;

    private MediaMarks(List<MediaMark> found)
    {
        _found = found;
        _frames = new Frame[MaxDepth];
    }

    private enum Role : byte
    {
        Other,
        Type,
        Data,
        Format,
    }

    /// <summary>Whether it is worth looking. Files are base64 in one of two forms, and each leaves a trace that is quick to find.</summary>
    public static bool MayHave(ReadOnlySpan<byte> json) => json.Length >= 64 && (json.IndexOf("base64"u8) >= 0 || json.IndexOf("\"data\":"u8) >= 0);

    /// <summary>The marks in the order in which they stand; empty when the value is no valid JSON or has none.</summary>
    public static List<MediaMark> Find(ReadOnlySpan<byte> json)
    {
        List<MediaMark> found = [];
        var marks = new MediaMarks(found);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth - 1 });
            while (reader.Read())
            {
                marks.Take(ref reader);
            }
        }
        catch (JsonException)
        {
            found.Clear();
        }

        found.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                _frames[++_depth] = new Frame { IsAudio = _audio };
                break;
            case JsonTokenType.EndObject:
                Close(_frames[_depth--]);
                break;
            case JsonTokenType.PropertyName:
                _property = RoleOf(reader.ValueSpan);
                _audio = reader.ValueTextEquals("input_audio"u8);
                return;
            case JsonTokenType.String:
                TakeText(ref reader);
                break;
            default:
                break;
        }

        _property = Role.Other;
        _audio = false;
    }

    private void TakeText(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> value = reader.ValueSpan;
        int start = (int)reader.TokenStartIndex;
        if (value.StartsWith("data:"u8))
        {
            int comma = value[..Math.Min(value.Length, 256)].IndexOf(";base64,"u8);
            if (comma > 0 && MediaTypes.Parse(value[5..comma]) is { } type)
            {
                _found.Add(new MediaMark(start, value.Length + 2, comma + 8, type, IsDataUri: true, reader.ValueIsEscaped));
            }

            return;
        }

        ref Frame frame = ref _frames[_depth];
        switch (_property)
        {
            case Role.Type:
                frame.Type = MediaTypes.Parse(value);
                break;
            case Role.Format:
                frame.Format = MediaTypes.OfAudioFormat(value);
                break;
            case Role.Data when value.Length > 0:
                frame.Start = start;
                frame.Length = value.Length + 2;
                frame.IsEscaped = reader.ValueIsEscaped;
                break;
            default:
                break;
        }
    }

    private readonly void Close(in Frame frame)
    {
        string? type = frame.Type ?? (frame.IsAudio ? frame.Format : null);
        if (frame.Length > 0 && type is not null)
        {
            _found.Add(new MediaMark(frame.Start, frame.Length, 0, type, IsDataUri: false, frame.IsEscaped));
        }
    }

    private static Role RoleOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("data"u8))
        {
            return Role.Data;
        }

        if (name.SequenceEqual("media_type"u8) || name.SequenceEqual("mime_type"u8) || name.SequenceEqual("mimeType"u8) || name.SequenceEqual("mediaType"u8))
        {
            return Role.Type;
        }

        return name.SequenceEqual("format"u8) ? Role.Format : Role.Other;
    }

    private struct Frame
    {
        public string? Type;
        public string? Format;
        public int Start;
        public int Length;
        public bool IsEscaped;
        public bool IsAudio;
    }
}
