using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>One writer per thread: writing a body is synchronous, so nobody else can want it meanwhile.</summary>
internal static class JsonWriterCache
{
    /// <summary>Relaxed escaping: bodies are no HTML, and escaped non-ASCII would be larger on the wire and in traces.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _cached;

    public static Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        Utf8JsonWriter? writer = _cached;
        if (writer is null)
        {
            return new Utf8JsonWriter(output, Options);
        }

        _cached = null;
        writer.Reset(output);
        return writer;
    }

    public static void Return(Utf8JsonWriter writer)
    {
        writer.Reset(Stream.Null);
        _cached = writer;
    }
}
