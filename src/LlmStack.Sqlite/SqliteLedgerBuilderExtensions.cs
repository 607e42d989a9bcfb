using System.Diagnostics.Metrics;
using LlmStack.Calls;
using LlmStack.Diagnostics.Events;
using LlmStack.Limits.Ledger;
using LlmStack.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmStack;

/// <summary>Keeps the ledger in a SQLite file.</summary>
public static class SqliteLedgerBuilderExtensions
{
    /// <summary>Keeps the ledger in a SQLite file, which is made when it does not exist. Several processes may share it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file, relative to the working directory or absolute; on a local disk.</param>
    /// <param name="configure">Changes the options, or null.</param>
    /// <exception cref="ArgumentException">The path or an option is not allowed; the message says what is.</exception>
    public static ILlmStackBuilder UseSqliteLedger(this ILlmStackBuilder builder, string path, Action<SqliteLedgerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new SqliteLedgerOptions();
        configure?.Invoke(options);
        Check(path, options);
        string file = Path.GetFullPath(path);
        builder.Services.RemoveAll<ILedgerStore>();
        builder.Services.AddSingleton<ILedgerStore>(provider => new SqliteLedger(
            file,
            options,
            provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Ledger.MaxRows,
            provider.GetRequiredService<OpenAttemptEstimate>(),
            provider.GetRequiredService<LlmEventSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SqliteLedger>>(),
            provider.GetService<IMeterFactory>()));
        return builder;
    }

    private static void Check(string path, SqliteLedgerOptions options)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains(":memory:", StringComparison.OrdinalIgnoreCase) || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"The ledger's path is '{path}'; allowed: the path of a file.", nameof(path));
        }

        Between(nameof(options.FlushInterval), options.FlushInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Between(nameof(options.BusyTimeout), options.BusyTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Between(nameof(options.ShutdownTimeout), options.ShutdownTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        if (options.Retention is { } retention)
        {
            Between(nameof(options.Retention), retention, TimeSpan.FromHours(1), TimeSpan.FromDays(36_500));
        }

        if (options.MaxPending is < 100 or > 10_000_000)
        {
            throw new ArgumentException($"{nameof(options.MaxPending)} is {options.MaxPending}; allowed: 100 to 10000000.", nameof(options));
        }
    }

    private static void Between(string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{name} is {value}; allowed: {least} to {most}.", nameof(value));
        }
    }
}
