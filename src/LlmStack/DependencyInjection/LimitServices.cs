using LlmStack.Calls;
using LlmStack.Configuration;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace LlmStack.DependencyInjection;

/// <summary>Limits and budgets.</summary>
internal static class LimitServices
{
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<IScopeExchange>(NoScopeExchange.Instance);
        services.TryAddSingleton<ScopeBook>();
        services.TryAddSingleton<ScopeRegistry>();
        services.TryAddSingleton<ScopePlanFactory>();
        services.TryAddSingleton<CallScopesPool>();
        services.TryAddSingleton<ScopeGate>();
        services.TryAddSingleton<IBudgetListener, BudgetEvents>();
        services.TryAddSingleton<ILlmLimits, LlmLimits>();
        services.TryAddSingleton(static provider => new BudgetRecovery(
            provider.GetRequiredService<SnapshotSource>(),
            provider.GetService<IUsageLedger>(),
            provider.GetRequiredService<IScopeExchange>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BudgetRecovery>>()));
    }

    /// <summary>Reads what budgets have spent before, at start; and again when a reload has brought new ones.</summary>
    public static async Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        services.GetRequiredService<IScopeExchange>().Start();
        BudgetRecovery recovery = services.GetRequiredService<BudgetRecovery>();
        await recovery.RecoverAsync(cancellationToken).ConfigureAwait(false);
        services.GetRequiredService<SnapshotSource>().Swapped += changed => _ = recovery.RecoverAsync(CancellationToken.None);
    }
}
