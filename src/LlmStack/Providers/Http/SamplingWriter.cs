using System.Globalization;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Writes options of which most are not set: what is null is not written, because several servers refuse an explicit null.</summary>
internal static class SamplingWriter
{
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidRequest"/> for NaN and infinities.</exception>
    public static void Float(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is not { } number)
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw ErrorFactory.Unsupported($"{name}: {number.ToString(CultureInfo.InvariantCulture)} cannot be sent; a finite number is needed.");
        }

        writer.WriteNumber(name, number);
    }

    public static void Whole(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    public static void Texts(Utf8JsonWriter writer, string name, IList<string>? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartArray(name);
        for (int i = 0; i < values.Count; i++)
        {
            writer.WriteStringValue(values[i]);
        }

        writer.WriteEndArray();
    }
}
