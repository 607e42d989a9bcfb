using Microsoft.Extensions.Logging;

namespace LlmStack.Diagnostics;

/// <summary>Every log line of the library. Event ids are stable: 1000–1099 start and configuration, 1100–1199 calls, 1200–1299 health, 1300–1399 ledger and events.</summary>
/// <remarks>No line holds content of prompts or answers, and none holds a secret.</remarks>
internal static partial class LogMessages
{
    [LoggerMessage(1000, LogLevel.Information, "LlmStack started: {Providers} providers, {Groups} groups, {Deployments} deployments; traces to {Sink}")]
    public static partial void Started(ILogger logger, int providers, int groups, int deployments, string sink);

    [LoggerMessage(1001, LogLevel.Information, "LlmStack configuration reloaded as version {Version}: {Providers} providers, {Groups} groups")]
    public static partial void ConfigurationReloaded(ILogger logger, long version, int providers, int groups);

    [LoggerMessage(1002, LogLevel.Error, "LlmStack refused a changed configuration and stays on version {Version}: {Problem}")]
    public static partial void ReloadRefused(ILogger logger, long version, string problem);

    [LoggerMessage(1003, LogLevel.Warning, "The HTTP client of the provider {Provider} contains a {Handler}: if it retries or hedges, attempts multiply, because LlmStack retries itself; keep only limits there")]
    public static partial void RetryingHandler(ILogger logger, string provider, string handler);

    [LoggerMessage(1004, LogLevel.Warning, "LlmStack stopped with {Pending} undelivered and {Dropped} dropped spans and scores: {Reason}")]
    public static partial void StoppedIncomplete(ILogger logger, long pending, long dropped, string? reason);

    [LoggerMessage(1005, LogLevel.Warning, "LlmStack stopped and could not flush its sinks: {Error}")]
    public static partial void FlushFailed(ILogger logger, string error);

    [LoggerMessage(1006, LogLevel.Information, "LlmStack configuration, {Kind} of {Subject}: {Finding}")]
    public static partial void ConfigurationNote(ILogger logger, string kind, string subject, string finding);

    [LoggerMessage(1007, LogLevel.Warning, "LlmStack configuration, {Kind} of {Subject}: {Finding}")]
    public static partial void ConfigurationWarning(ILogger logger, string kind, string subject, string finding);

    [LoggerMessage(1010, LogLevel.Information, "The model catalogue is now that of {Version}, with {Models} models")]
    public static partial void CatalogRefreshed(ILogger logger, string version, int models);

    [LoggerMessage(1011, LogLevel.Warning, "A newer model catalogue could not be used, that of {Version} stays: {Problem}")]
    public static partial void CatalogRefused(ILogger logger, string version, string problem);

    [LoggerMessage(1100, LogLevel.Warning, "{Operation} for {Model} failed as {Kind} after {Attempts} attempts and {Duration}: group {Group}, last deployment {Deployment}, status {Status}, request {RequestId}")]
    public static partial void CallFailed(ILogger logger, string operation, string model, string kind, int attempts, TimeSpan duration, string? group, string? deployment, int? status, string? requestId);

    [LoggerMessage(1101, LogLevel.Warning, "No price is known for {Model} of {Provider}: what it costs is not recorded; add it to LlmStack:Models, or set the deployment's BaseModel or Price")]
    public static partial void PriceUnknown(ILogger logger, string model, string provider);

    [LoggerMessage(1200, LogLevel.Warning, "{Deployment} cools for {Duration} after {Kind}")]
    public static partial void Cooling(ILogger logger, string deployment, TimeSpan duration, string kind);

    [LoggerMessage(1201, LogLevel.Information, "{Deployment} is back")]
    public static partial void Back(ILogger logger, string deployment);

    [LoggerMessage(1300, LogLevel.Warning, "An observer of LlmStack's events threw {Error}; it keeps being told")]
    public static partial void ObserverFailed(ILogger logger, string error);

    [LoggerMessage(1301, LogLevel.Warning, "Events for operators cannot be sent to {Address} ({Problem}); those that cannot are dropped and counted")]
    public static partial void WebhookFailed(ILogger logger, string address, string problem);

    [LoggerMessage(1302, LogLevel.Information, "Events for operators are sent to {Address} again")]
    public static partial void WebhookRecovered(ILogger logger, string address);
}
