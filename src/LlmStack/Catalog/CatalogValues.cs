using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmStack.Catalog;

/// <summary>Reads single values of a catalogue; what is wrong names the field, the value and what is allowed.</summary>
internal static class CatalogValues
{
    private static readonly string[] DateForms = ["yyyy-MM-dd", "yyyy-MM"];

    public static decimal Amount(ref Utf8JsonReader reader, string at) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out decimal amount) && amount >= 0
            ? amount
            : throw Wrong(ref reader, at, "a number, 0 or more");

    public static long Count(ref Utf8JsonReader reader, string at) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long count) && count > 0
            ? count
            : throw Wrong(ref reader, at, "a whole number, 1 or more");

    public static DateOnly Date(ref Utf8JsonReader reader, string at) =>
        reader.TokenType == JsonTokenType.String && DateOnly.TryParseExact(reader.GetString(), DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw Wrong(ref reader, at, "a date, yyyy-mm-dd or yyyy-mm");

    public static TimeOnly Time(ref Utf8JsonReader reader, string at) =>
        reader.TokenType == JsonTokenType.String && TimeOnly.TryParseExact(reader.GetString(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
            ? time
            : throw Wrong(ref reader, at, "a time, hh:mm");

    public static FormatException Wrong(ref Utf8JsonReader reader, string at, string allowed) =>
        new($"The catalogue has '{Encoding.UTF8.GetString(reader.ValueSpan)}' for {at}; allowed: {allowed}.");
}
