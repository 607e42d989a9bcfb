using System.Globalization;

namespace LlmStack.Providers.Http;

/// <summary>The ways in which vendors write durations and points in time in headers and messages.</summary>
internal static class WireDuration
{
    private const double MaxSeconds = 3_153_600_000;

    /// <summary>Reads a Go duration: <c>1h2m3.5s</c>, <c>6m0s</c>, <c>20ms</c>, <c>37s</c>. Null when it is none.</summary>
    public static TimeSpan? ParseGo(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        double seconds = 0;
        bool any = false;
        while (!text.IsEmpty)
        {
            int digits = 0;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            {
                digits++;
            }

            if (digits == 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return null;
            }

            text = text[digits..];
            int letters = 0;
            while (letters < text.Length && !char.IsAsciiDigit(text[letters]))
            {
                letters++;
            }

            double unit = text[..letters] switch
            {
                "d" => 86400,
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                "ns" => 1e-9,
                _ => -1,
            };
            if (unit < 0)
            {
                return null;
            }

            seconds += number * unit;
            any = true;
            text = text[letters..];
        }

        return any ? FromSeconds(seconds) : null;
    }

    /// <summary>Reads a number of seconds, or a duration, or a point in time (HTTP date, ISO 8601, epoch in seconds or milliseconds).</summary>
    /// <returns>How long from <paramref name="now"/>; null when it cannot be read; zero or less when it is past.</returns>
    public static TimeSpan? Parse(ReadOnlySpan<char> text, DateTimeOffset now)
    {
        text = text.Trim();
        if (text.IsEmpty)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            return double.IsFinite(number) ? FromNumber(number, now) : null;
        }

        if (ParseGo(text) is { } duration)
        {
            return duration;
        }

        return char.IsAsciiLetterOrDigit(text[0])
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? at - now
            : null;
    }

    public static TimeSpan FromSeconds(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, -MaxSeconds, MaxSeconds));

    private static TimeSpan FromNumber(double number, DateTimeOffset now) => number switch
    {
        > 1e12 => FromSeconds((number / 1000) - (now.ToUnixTimeMilliseconds() / 1000.0)),
        > 1e9 => FromSeconds(number - (now.ToUnixTimeMilliseconds() / 1000.0)),
        _ => FromSeconds(number),
    };
}
