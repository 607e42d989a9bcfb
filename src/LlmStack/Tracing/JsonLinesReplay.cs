namespace LlmStack.Tracing;

/// <summary>Sends the spans and scores of a <see cref="JsonLinesTraceSink"/>'s file again, to any sink.</summary>
/// <remarks>
/// Ids, times, labels, usage, costs, routes and files are those of the lines, so a server that has some of them already overwrites them
/// with themselves, and a replay that was broken off may be begun again. Nothing is sampled or masked a second time. Content of calls bound
/// to a region goes only to a sink that accepts it.
/// </remarks>
public static class JsonLinesReplay
{
    /// <summary>Reads a file to its end and hands every line to <paramref name="sink"/>, no faster than it delivers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sink">Where the spans and scores go.</param>
    /// <param name="progress">Is told after every 500 lines; null for nobody.</param>
    /// <param name="cancellationToken">Ends the replay; what was handed over stays with the sink.</param>
    /// <returns>What became of the lines. It ends early when the sink has not delivered 500 lines within 2 minutes.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<ReplayResult> RunAsync(string path, ITraceSink sink, IProgress<ReplayResult>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(sink);
        return new ReplayRun(path, new SinkSet([sink], null, TimeProvider.System), progress).RunAsync(cancellationToken);
    }
}
