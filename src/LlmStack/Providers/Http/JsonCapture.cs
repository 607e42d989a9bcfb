using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Leaves content for the trace where no slice of a body is it.</summary>
internal static class JsonCapture
{
    /// <summary>Sets the input that <paramref name="write"/> writes, once and only when it is wanted.</summary>
    public static void Input<TState>(IContentCapture capture, TState state, Action<Utf8JsonWriter, TState> write)
    {
        if (capture is { IsEnabled: true, HasInput: false })
        {
            using PooledBuffer value = Write(state, write);
            capture.SetInput(value.WrittenSpan);
        }
    }

    /// <summary>Sets the output that <paramref name="write"/> writes, when it is wanted.</summary>
    public static void Output<TState>(IContentCapture capture, TState state, Action<Utf8JsonWriter, TState> write)
    {
        if (capture.IsEnabled)
        {
            using PooledBuffer value = Write(state, write);
            capture.SetOutput(value.WrittenSpan);
        }
    }

    private static PooledBuffer Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var value = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(value);
        write(writer, state);
        writer.Flush();
        JsonWriterCache.Return(writer);
        return value;
    }
}
