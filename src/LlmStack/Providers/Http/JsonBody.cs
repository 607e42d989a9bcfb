using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Makes the body of a request: one JSON object.</summary>
internal static class JsonBody
{
    /// <summary>Writes an object whose fields <paramref name="write"/> writes. The caller disposes the result.</summary>
    /// <param name="state">Handed to <paramref name="write"/>, so that it needs no closure.</param>
    /// <param name="write">Writes the fields.</param>
    public static PooledBuffer Write<TState>(in TState state, Action<Utf8JsonWriter, TState> write)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            write(writer, state);
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
}
