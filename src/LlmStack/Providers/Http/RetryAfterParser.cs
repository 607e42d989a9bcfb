using System.Globalization;
using System.Net.Http.Headers;

namespace LlmStack.Providers.Http;

/// <summary>How long a provider asked us to wait. Zero, negative and past values say nothing and are ignored.</summary>
internal static class RetryAfterParser
{
    private static readonly string[] Markers = ["try again in ", "retry in ", "retry after "];

    public static TimeSpan? FromHeaders(HttpResponseHeaders headers, DateTimeOffset now)
    {
        HttpHeadersNonValidated raw = headers.NonValidated;
        if (raw.TryGetValues("retry-after-ms", out HeaderStringValues values))
        {
            TimeSpan? longest = null;
            foreach (string value in values)
            {
                if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds) && double.IsFinite(milliseconds))
                {
                    longest = Longer(longest, WireDuration.FromSeconds(milliseconds / 1000));
                }
            }

            if (longest is not null)
            {
                return longest;
            }
        }

        TimeSpan? wait = null;
        if (raw.TryGetValues("retry-after", out values))
        {
            foreach (string value in values)
            {
                wait = Longer(wait, Parse(value, now));
            }
        }

        return wait;
    }

    /// <summary>Reads the text of a <c>Retry-After</c> header.</summary>
    public static TimeSpan? Parse(string value, DateTimeOffset now)
    {
        // Here a plain number is always a delay, however large: 1e9 is a provider that does not want us back, not a date.
        TimeSpan? wait = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            ? double.IsFinite(seconds) ? WireDuration.FromSeconds(seconds) : null
            : WireDuration.Parse(value, now);
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>Finds "try again in 1.2s" (or 6m0s, 20ms), "retry in 37.5s" or "retry after 6 seconds" in a message; the last resort.</summary>
    public static TimeSpan? FromMessage(string message)
    {
        foreach (string marker in Markers)
        {
            int at = message.IndexOf(marker, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && FromWords(message.AsSpan(at + marker.Length)) is { } wait)
            {
                return wait;
            }
        }

        return null;
    }

    private static TimeSpan? FromWords(ReadOnlySpan<char> rest)
    {
        int length = 0;
        while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] == '.'))
        {
            length++;
        }

        ReadOnlySpan<char> token = rest[..length].TrimEnd('.');
        TimeSpan? wait = WireDuration.ParseGo(token);
        if (wait is null && double.TryParse(token, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            ReadOnlySpan<char> unit = rest[length..].TrimStart();
            wait = unit.StartsWith("minute", StringComparison.OrdinalIgnoreCase) ? WireDuration.FromSeconds(number * 60)
                : unit.StartsWith("milli", StringComparison.OrdinalIgnoreCase) || unit.StartsWith("ms", StringComparison.OrdinalIgnoreCase) ? WireDuration.FromSeconds(number / 1000)
                : unit.StartsWith("second", StringComparison.OrdinalIgnoreCase) ? WireDuration.FromSeconds(number)
                : null;
        }

        return wait > TimeSpan.Zero ? wait : null;
    }

    private static TimeSpan? Longer(TimeSpan? one, TimeSpan? other)
    {
        if (other is null || other <= TimeSpan.Zero)
        {
            return one;
        }

        return one is null || other > one ? other : one;
    }
}
