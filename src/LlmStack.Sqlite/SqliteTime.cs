namespace LlmStack.Sqlite;

/// <summary>Times in the file: milliseconds since 1970 in UTC, so that SQLite's own functions read them.</summary>
internal static class SqliteTime
{
    public static long FromTicks(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;

    public static long ToTicks(long milliseconds) => DateTime.UnixEpoch.Ticks + (milliseconds * TimeSpan.TicksPerMillisecond);

    /// <summary>The first millisecond at or after a moment, for the ends of ranges.</summary>
    public static long Ceiling(DateTimeOffset moment) => FromTicks(moment.UtcTicks + TimeSpan.TicksPerMillisecond - 1);
}
