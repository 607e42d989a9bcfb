using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>Why the file cannot be used, as the end of a sentence that begins with its name.</summary>
internal sealed class LedgerFileException(string problem) : Exception(problem)
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    /// <summary>What went wrong, in words an operator can act on.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        LedgerFileException own => own.Message,
        SqliteException { SqliteErrorCode: Busy or Locked } => "is locked by another program",
        SqliteException { SqliteErrorCode: ReadOnly } => "cannot be written: it, or its folder, is read-only",
        SqliteException { SqliteErrorCode: IoError } => "cannot be read or written: the disk reports an error",
        SqliteException { SqliteErrorCode: Corrupt } => "is damaged; move it away, and a new one is made",
        SqliteException { SqliteErrorCode: Full } => "cannot grow: the disk is full",
        SqliteException { SqliteErrorCode: CannotOpen } => "cannot be opened",
        SqliteException { SqliteErrorCode: NotADatabase } => "is no SQLite database; move it away, and a new one is made",
        SqliteException other => "cannot be used: " + other.Message,
        UnauthorizedAccessException => "cannot be opened: access is denied",
        _ => $"cannot be used: {failure.GetType().Name}: {failure.Message}",
    };
}
