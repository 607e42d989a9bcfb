using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Makes the body of a request: one JSON object.</summary>
internal static class JsonBody
{
    /// <summary>Writes an object whose fields <paramref name="write"/> writes. The caller disposes the result.</summary>
    /// <param name="state">Handed to <paramref name="write"/>, so that it needs no closure.</param>
    /// <param name="write">Writes the fields.</param>
    public static PooledBuffer Write<TState>(in TState state, Action<Utf8JsonWriter, TState> write) =>
        Write((state, write), static (writer, s) =>
        {
            s.write(writer, s.state);
            return 0;
        }, out _);

    /// <summary>The same, of a body of which a part is the trace's input.</summary>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    /// <param name="write">Writes the fields, and returns a <see cref="Position"/> on its way.</param>
    /// <param name="mark">What <paramref name="write"/> returned.</param>
    public static PooledBuffer Write<TState>(in TState state, Func<Utf8JsonWriter, TState, int> write, out int mark)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            mark = write(writer, state);
            writer.WriteEndObject();
            writer.Flush();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }
    }

    /// <summary>How many bytes are written so far.</summary>
    public static int Position(Utf8JsonWriter writer) => (int)(writer.BytesCommitted + writer.BytesPending);
}
