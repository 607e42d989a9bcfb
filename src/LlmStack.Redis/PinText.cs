using System.Globalization;
using LlmStack.Routing;

namespace LlmStack.Redis;

/// <summary>How a pin is written: its parts between unit separators, each that may be missing with a mark when it is not.</summary>
internal static class PinText
{
    private const char Separator = '\u001f';
    private const char Present = '=';
    private const int Parts = 8;

    /// <summary>Null for one that cannot be written, because a name has a separator in it; then its session may move.</summary>
    public static string? Write(in SharedPin pin)
    {
        AffinityKey key = pin.Key;
        string text = string.Join(
            Separator,
            ((int)key.Kind).ToString(CultureInfo.InvariantCulture),
            Mark(key.Tenant),
            key.Group,
            Mark(key.Id),
            Mark(key.Credential),
            key.Prefix.ToString(CultureInfo.InvariantCulture),
            pin.Deployment,
            ((long)pin.Keep.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        return text.AsSpan().Count(Separator) == Parts - 1 ? text : null;
    }

    public static bool TryRead(string? text, out SharedPin pin)
    {
        pin = default;
        string[] parts = text?.Split(Separator) ?? [];
        if (parts.Length != Parts
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int kind)
            || !ulong.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out ulong prefix)
            || !long.TryParse(parts[7], NumberStyles.None, CultureInfo.InvariantCulture, out long keep)
            || keep > TimeSpan.FromDays(365).TotalMilliseconds)
        {
            return false;
        }

        pin = new SharedPin(
            new AffinityKey((AffinityKind)kind, Unmark(parts[1]), parts[2], Unmark(parts[3]), Unmark(parts[4]), prefix),
            parts[6],
            TimeSpan.FromMilliseconds(keep));
        return true;
    }

    private static string Mark(string? part) => part is null ? "" : Present + part;

    private static string? Unmark(string part) => part.Length == 0 ? null : part[1..];
}
