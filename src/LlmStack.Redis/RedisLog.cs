using Microsoft.Extensions.Logging;

namespace LlmStack.Redis;

/// <summary>The log lines of this package; event ids 1320–1329.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1320, LogLevel.Error, "Redis does not answer ({Problem}); calls go on with what this process knows, and everything is told again when it does")]
    public static partial void Trouble(ILogger logger, string problem);

    [LoggerMessage(1321, LogLevel.Information, "Redis answers again; everything that still counts was told once more")]
    public static partial void Recovered(ILogger logger);

    [LoggerMessage(1322, LogLevel.Warning, "More than {Most} values of limits and budgets are in use; further ones count in this process alone (RedisSharingOptions.MaxScopes)")]
    public static partial void TooMany(ILogger logger, int most);

    [LoggerMessage(1323, LogLevel.Warning, "Redis had forgotten what this process uses; it was told again")]
    public static partial void Forgotten(ILogger logger);

    [LoggerMessage(1324, LogLevel.Error, "LlmStack stopped before Redis took what was used last: {Problem}")]
    public static partial void Untold(ILogger logger, string problem);
}
