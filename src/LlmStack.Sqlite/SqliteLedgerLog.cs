using Microsoft.Extensions.Logging;

namespace LlmStack.Sqlite;

/// <summary>The log lines of this package; event ids 1310–1319.</summary>
internal static partial class SqliteLedgerLog
{
    [LoggerMessage(1310, LogLevel.Error, "The ledger's file {Path} {Problem}; calls go on, and what they cost is kept in memory until it can be written")]
    public static partial void Trouble(ILogger logger, string path, string problem);

    [LoggerMessage(1311, LogLevel.Information, "The ledger's file {Path} is written again")]
    public static partial void Recovered(ILogger logger, string path);

    [LoggerMessage(1312, LogLevel.Warning, "{Count} attempts that a process left open were taken into the ledger {Path}, estimated")]
    public static partial void LeftOpen(ILogger logger, int count, string path);

    [LoggerMessage(1313, LogLevel.Error, "LlmStack stopped with {Count} lines that could not be written to the ledger {Path}: it {Problem}")]
    public static partial void Lost(ILogger logger, int count, string path, string problem);
}
