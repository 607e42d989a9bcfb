using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmStack.Langfuse;

/// <summary>
/// Rewrites one OTLP span as the events of the older batches: the observation first, then, with a root or a trace not seen lately, the
/// trace. Each event begins with a comma, so that events of several spans stand one behind the other.
/// </summary>
/// <remarks>The envelope's id is the span's, so a repeat overwrites itself and an answer's errors find their span.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A writer over a buffer of its own holds nothing to release.")]
internal sealed class IngestionEvents
{
    /// <summary>Before the span's id in the envelope of a trace.</summary>
    public const string TracePrefix = "t-";

    private const int RememberedTraces = 64;
    private static readonly byte[] Start = ",{\"id\":\""u8.ToArray();
    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);
    private readonly Utf8JsonWriter _writer;
    private readonly UInt128[] _traces = new UInt128[RememberedTraces];
    private int _nextTrace;

    public IngestionEvents() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>The id of the observation's envelope in what <see cref="Write"/> wrote.</summary>
    public static string EnvelopeOf(ReadOnlySpan<byte> span) => Encoding.ASCII.GetString(span.Slice(Start.Length, 16));

    /// <summary>The events of a span; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> span, bool isRoot)
    {
        _buffer.ResetWrittenCount();
        var fields = IngestionFields.Read(span);
        WriteObservation(fields, isRoot);
        if (isRoot || IsNew(fields.TraceId))
        {
            WriteTrace(fields, isRoot);
        }

        return _buffer.WrittenSpan;
    }

    private bool IsNew(ReadOnlySpan<byte> traceId)
    {
        UInt128 id = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(traceId);
        if (_traces.AsSpan().Contains(id))
        {
            return false;
        }

        _traces[_nextTrace] = id;
        _nextTrace = (_nextTrace + 1) % RememberedTraces;
        return true;
    }

    private void WriteObservation(in IngestionFields fields, bool isRoot)
    {
        ReadOnlySpan<byte> kind = fields.Text("langfuse.observation.type"u8);
        bool isEvent = kind.SequenceEqual("event"u8);
        bool isGeneration = kind.SequenceEqual("generation"u8) || kind.SequenceEqual("embedding"u8);
        Begin(fields, "", isEvent ? "event-create"u8 : isGeneration ? "generation-create"u8 : "span-create"u8);
        WriteId("id"u8, fields.SpanId);
        WriteId("traceId"u8, fields.TraceId);
        if (!isRoot)
        {
            WriteId("parentObservationId"u8, fields.ParentSpanId);
        }

        _writer.WriteString("name"u8, fields.Name);
        WriteTime("startTime"u8, fields.StartNanos);
        if (!isEvent)
        {
            WriteTime("endTime"u8, fields.EndNanos);
        }

        Text("level"u8, fields.Text("langfuse.observation.level"u8));
        Text("statusMessage"u8, fields.Text("langfuse.observation.status_message"u8));
        Text("version"u8, fields.Text("langfuse.version"u8));
        Text("environment"u8, fields.Text("langfuse.environment"u8));
        Value("input"u8, fields.Text("langfuse.observation.input"u8));
        Value("output"u8, fields.Text("langfuse.observation.output"u8));
        if (isGeneration)
        {
            WriteGeneration(fields);
        }

        WriteMetadata(fields, "langfuse.observation.metadata."u8, kind);
        End();
    }

    private void WriteGeneration(in IngestionFields fields)
    {
        Text("completionStartTime"u8, fields.Text("langfuse.observation.completion_start_time"u8));
        Text("model"u8, fields.Text("langfuse.observation.model.name"u8));
        Value("modelParameters"u8, fields.Text("langfuse.observation.model.parameters"u8));
        Value("usageDetails"u8, fields.Text("langfuse.observation.usage_details"u8));
        Value("costDetails"u8, fields.Text("langfuse.observation.cost_details"u8));

        // Both or none: with one alone the server refuses the event.
        ReadOnlySpan<byte> prompt = fields.Text("langfuse.observation.prompt.name"u8);
        if (!prompt.IsEmpty && fields.Number("langfuse.observation.prompt.version"u8) is { } version)
        {
            _writer.WriteString("promptName"u8, prompt);
            _writer.WriteNumber("promptVersion"u8, version);
        }
    }

    private void WriteTrace(in IngestionFields fields, bool isRoot)
    {
        Begin(fields, TracePrefix, "trace-create"u8);
        WriteId("id"u8, fields.TraceId);
        WriteTime("timestamp"u8, fields.StartNanos);
        ReadOnlySpan<byte> name = fields.Text("langfuse.trace.name"u8);
        Text("name"u8, name.IsEmpty && isRoot ? fields.Name : name);
        Text("userId"u8, fields.Text("user.id"u8));
        Text("sessionId"u8, fields.Text("session.id"u8));
        Text("release"u8, fields.Text("langfuse.release"u8));
        Text("version"u8, fields.Text("langfuse.version"u8));
        Text("environment"u8, fields.Text("langfuse.environment"u8));
        if (fields.Flag("langfuse.trace.public"u8))
        {
            _writer.WriteBoolean("public"u8, value: true);
        }

        if (isRoot)
        {
            Value("input"u8, fields.Text("langfuse.observation.input"u8));
            Value("output"u8, fields.Text("langfuse.observation.output"u8));
        }

        ReadOnlySpan<byte> tags = fields.Array("langfuse.trace.tags"u8);
        if (!tags.IsEmpty)
        {
            _writer.WriteStartArray("tags"u8);
            var items = new ProtoReader(tags);
            while (items.Read())
            {
                var item = new ProtoReader(items.Bytes);
                item.Read();
                _writer.WriteStringValue(item.Bytes);
            }

            _writer.WriteEndArray();
        }

        WriteMetadata(fields, "langfuse.trace.metadata."u8, kind: default);
        End();
    }

    /// <summary>The labels below <paramref name="prefix"/>. Types that servers of that age do not know are told here.</summary>
    private void WriteMetadata(in IngestionFields fields, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> kind)
    {
        _writer.WriteStartObject("metadata"u8);
        if (!kind.IsEmpty && !kind.SequenceEqual("span"u8) && !kind.SequenceEqual("generation"u8) && !kind.SequenceEqual("event"u8))
        {
            _writer.WriteString("observation_type"u8, kind);
        }

        var attributes = fields.Attributes();
        while (attributes.Read(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            if (key.StartsWith(prefix))
            {
                Value(key[prefix.Length..], value);
            }
        }

        _writer.WriteEndObject();
    }

    private void Begin(in IngestionFields fields, string prefix, ReadOnlySpan<byte> type)
    {
        // The beginning is written by hand: the id must stand at a known place.
        _buffer.Write(Start);
        _buffer.Write(Encoding.ASCII.GetBytes(prefix));
        Span<byte> id = stackalloc byte[16];
        Convert.TryToHexStringLower(fields.SpanId, id, out _);
        _buffer.Write(id);
        _buffer.Write("\",\"timestamp\":"u8);
        _writer.Reset(_buffer);
        Span<byte> time = stackalloc byte[32];
        _writer.WriteStringValue(Time(fields.EndNanos, time));
        _writer.Flush();
        _buffer.Write(",\"type\":\""u8);
        _buffer.Write(type);
        _buffer.Write("\",\"body\":"u8);
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
    }

    private void End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.Write("}"u8);
    }

    private void WriteId(ReadOnlySpan<byte> name, ReadOnlySpan<byte> id)
    {
        Span<byte> hex = stackalloc byte[32];
        Convert.TryToHexStringLower(id, hex, out int length);
        _writer.WriteString(name, hex[..length]);
    }

    private void WriteTime(ReadOnlySpan<byte> name, ulong nanos)
    {
        Span<byte> text = stackalloc byte[32];
        _writer.WriteString(name, Time(nanos, text));
    }

    /// <summary>ISO 8601 in UTC, in milliseconds.</summary>
    private static ReadOnlySpan<byte> Time(ulong nanos, Span<byte> text)
    {
        DateTime.UnixEpoch.AddTicks((long)(nanos / 100)).TryFormat(text, out int length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return text[..length];
    }

    private void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            _writer.WriteString(name, value);
        }
    }

    /// <summary>Objects and arrays as what they are, everything else as text.</summary>
    private void Value(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return;
        }

        if (value[0] is (byte)'{' or (byte)'[' && IsJson(value))
        {
            _writer.WritePropertyName(name);
            _writer.WriteRawValue(value, skipInputValidation: true);
        }
        else
        {
            _writer.WriteString(name, value);
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
