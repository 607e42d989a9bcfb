using LlmStack.Diagnostics;
using LlmStack.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmStack.Configuration;

/// <summary>
/// Builds the first snapshot, and a new one whenever the configuration changes. An invalid change is logged once and the old snapshot stays.
/// </summary>
/// <remarks>
/// It asks the options factory instead of the options monitor: a monitor throws a validation failure into whoever reloaded the configuration.
/// </remarks>
internal sealed class SnapshotReloader : IRouterConfiguration, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SnapshotBuilder _builder;
    private readonly IOptionsFactory<LlmStackOptions> _factory;
    private readonly RuntimeChanges _runtime;
    private readonly ILogger<SnapshotReloader> _logger;
    private readonly IDisposable _subscription;
    private string? _lastProblem;

    public SnapshotReloader(IOptions<LlmStackOptions> options, IOptionsFactory<LlmStackOptions> factory, ConfigurationChangeSource changes, SnapshotBuilder builder, RuntimeChanges runtime, ILogger<SnapshotReloader> logger)
    {
        _builder = builder;
        _factory = factory;
        _runtime = runtime;
        _logger = logger;
        Source = new SnapshotSource(builder.Build(options.Value, version: 1));
        _subscription = changes.OnChange(Reload);
    }

    public SnapshotSource Source { get; }

    public void Dispose() => _subscription.Dispose();

    /// <inheritdoc/>
    public void Change(string key, Action<LlmStackOptions> change)
    {
        lock (_gate)
        {
            Action takeBack = _runtime.Add(key, change);
            try
            {
                Source.Swap(_builder.Build(_factory.Create(Options.DefaultName), Source.Current.Version + 1));
            }
            catch (Exception exception)
            {
                takeBack();
                throw exception is LlmException ? exception : new LlmException(LlmErrorKind.Configuration, exception.Message, exception);
            }
        }
    }

    /// <summary>Builds the snapshot anew, after the configuration or what is known of models has changed.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            try
            {
                RoutingSnapshot next = _builder.Build(_factory.Create(Options.DefaultName), Source.Current.Version + 1);
                Source.Swap(next);
                _lastProblem = null;
                LogMessages.ConfigurationReloaded(_logger, next.Version, next.Providers.Count, next.Groups.Count);
            }
            catch (Exception exception)
            {
                // One change often raises several notifications.
                if (!string.Equals(_lastProblem, exception.Message, StringComparison.Ordinal))
                {
                    _lastProblem = exception.Message;
                    LogMessages.ReloadRefused(_logger, Source.Current.Version, exception.Message);
                }
            }
        }
    }
}
