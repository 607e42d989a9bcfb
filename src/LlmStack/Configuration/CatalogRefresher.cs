using LlmStack.Catalog;
using LlmStack.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LlmStack.Configuration;

/// <summary>
/// Reads newer knowledge of models in the background. No call waits for it; what cannot be read or does not parse is told once, and
/// the last good catalogue stays.
/// </summary>
internal sealed class CatalogRefresher(ModelCatalog catalog, CatalogSource source, TimeSpan interval, SnapshotReloader snapshots, TimeProvider time, ILogger<CatalogRefresher> logger) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _started;
    private string? _lastProblem;

    /// <summary>Begins to read; further calls do nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            CancellationToken stop = _stop.Token;
            _ = Task.Run(() => RunAsync(stop), stop);
        }
    }

    /// <summary>Ends the reading without waiting for it.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>One reading; false when nothing new came of it.</summary>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await source.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } bytes)
            {
                return false;
            }

            CatalogIndex index = CatalogIndex.Read(new CatalogText(bytes), verify: true);
            catalog.Use(index);
            snapshots.Reload();
            _lastProblem = null;
            LogMessages.CatalogRefreshed(logger, index.Version, index.Count);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The same trouble at every interval is one trouble.
            if (!string.Equals(_lastProblem, exception.Message, StringComparison.Ordinal))
            {
                _lastProblem = exception.Message;
                LogMessages.CatalogRefused(logger, catalog.Version, exception.Message);
            }

            return false;
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            await RefreshAsync(stop).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }
}
