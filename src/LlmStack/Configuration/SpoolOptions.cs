namespace LlmStack;

/// <summary>The spool: undelivered spans and scores are kept in files, so that they survive the process and long outages of the server.</summary>
/// <remarks>
/// A record is in a memory-mapped file when the call that ends its span returns; a killed process loses nothing, and a power failure what was
/// written within <see cref="SyncInterval"/>. The next process on the directory delivers what is left: the same bytes with the same ids.
/// </remarks>
public sealed class SpoolOptions
{
    /// <summary>Where the files are; made when it is missing. Several processes may share it. Null (default): no spool, everything waits in memory.</summary>
    /// <remarks>Prompts and answers lie here unencrypted, in folders that only the process's user may open. Choose a local disk.</remarks>
    public string? Directory { get; set; }

    /// <summary>What the files of a project may occupy, all processes together; four segments or more. Then records wait in memory, as without a spool. Default 1 GiB.</summary>
    /// <remarks>Each undelivered file is kept open, so there are never more than what 1,024 of <see cref="SegmentBytes"/> hold.</remarks>
    public long MaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>Older records are dropped and counted; more than zero. Default 7 days.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The size of a file, 64 KiB to 1 GiB. A span that is larger waits in memory. Default 8 MiB; three are in use at rest.</summary>
    public int SegmentBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How often what was written is brought to the disk itself; more than zero. Only a failing power or kernel loses it before. Default 1 s.</summary>
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromSeconds(1);
}
