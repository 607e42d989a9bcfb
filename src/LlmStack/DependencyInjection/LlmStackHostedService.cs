using LlmStack.Calls.Plans;
using LlmStack.Configuration;
using LlmStack.Diagnostics;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>Validates at start, and delivers what is left after every other service has stopped.</summary>
internal sealed class LlmStackHostedService(IServiceProvider services, IOptions<LlmStackOptions> options, ILogger<LlmStackHostedService> logger) : IHostedLifecycleService
{
    private LlmTracer? _tracer;
    private bool _isCounted;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Throws the validation's one message before any other service starts.
        LlmStackOptions valid = options.Value;
        ExitDrain.HostStarted();
        _isCounted = true;
        RoutingSnapshot snapshot = Get<SnapshotSource>().Current;
        _tracer = Get<LlmTracer>();
        _ = Get<ILlmClient>();
        LogMessages.Started(logger, snapshot.Providers.Count, snapshot.Groups.Count, snapshot.Deployments.Count, Describe(valid));
        ResilienceCheck.Warn(Get<IHttpMessageHandlerFactory>(), snapshot, logger);
        ReportFindings(Get<ILlmRouter>().CheckConfiguration());
        CatalogServices.Start(services);
        LedgerServices.Start(services);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Get<BackgroundCalls>().DrainAsync();

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_isCounted)
        {
            _isCounted = false;
            ExitDrain.HostStopped();
        }

        if (_tracer is null || Get<ActiveSinks>().All.Count == 0)
        {
            return;
        }

        try
        {
            FlushResult result = await _tracer.FlushAsync(options.Value.Langfuse.ShutdownTimeout, cancellationToken).ConfigureAwait(false);
            if (!result.IsComplete)
            {
                LogMessages.StoppedIncomplete(logger, result.Pending, result.Dropped, result.Error);
            }
        }
        catch (Exception exception)
        {
            LogMessages.FlushFailed(logger, exception.GetType().Name);
        }
    }

    /// <summary>What is legal and often meant so is a note; what can only be a mistake is a warning.</summary>
    private void ReportFindings(IReadOnlyList<ConfigurationFinding> findings)
    {
        foreach (ConfigurationFinding finding in findings)
        {
            if (finding.Kind is ConfigurationFindingKind.FallbackCycle or ConfigurationFindingKind.MissingPrice)
            {
                LogMessages.ConfigurationNote(logger, finding.Kind.ToString(), finding.Subject, finding.Message);
            }
            else
            {
                LogMessages.ConfigurationWarning(logger, finding.Kind.ToString(), finding.Subject, finding.Message);
            }
        }
    }

    private string Describe(LlmStackOptions valid)
    {
        int sinks = Get<ActiveSinks>().All.Count;
        return ActiveSinks.IsLangfuseActive(valid) ? valid.Langfuse.BaseUrl ?? "Langfuse" : sinks == 0 ? "nowhere" : $"{sinks} sinks";
    }

    private T Get<T>()
        where T : class => (T)services.GetService(typeof(T))!;
}
