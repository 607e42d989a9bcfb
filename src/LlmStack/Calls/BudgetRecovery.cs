using System.Runtime.CompilerServices;
using LlmStack.Diagnostics;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using LlmStack.Routing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Calls;

/// <summary>Reads from the usage ledger what was spent in the windows at hand before the process began, so that a restart gives nothing back.</summary>
internal sealed class BudgetRecovery(SnapshotSource snapshots, IUsageLedger? ledger, IScopeExchange exchange, TimeProvider time, ILogger<BudgetRecovery> logger)
{
    /// <summary>A start waits no longer for the ledger.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly ConditionalWeakTable<ScopeTable, object> _done = [];

    /// <summary>Recovers every budget once. A ledger that cannot be read is said in the log: then budgets begin at zero.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (ScopeRule rule in ledger is null ? [] : snapshots.Current.Scopes?.Rules ?? [])
        {
            if (rule is not BudgetRule { PerCall: false } budget || !_done.TryAdd(budget.Table, this))
            {
                continue;
            }

            try
            {
                await RecoverAsync(budget, cancellationToken).AsTask().WaitAsync(Longest, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                LogMessages.BudgetNotRecovered(logger, budget.Id, failure.Message);
            }
        }
    }

    private async ValueTask RecoverAsync(BudgetRule budget, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan? rolling = budget.Calendar is null && !budget.Table.IsEndless ? budget.Table.Make(default).Length : null;
        var groups = new List<LedgerDimension>();
        var where = new Dictionary<LedgerDimension, string?>();
        var ofDeployment = new List<(ScopeDimension Dimension, string Value)>();
        foreach ((ScopeDimension dimension, string value) in budget.Pattern.ValuesOf(default))
        {
            if (DimensionOf(dimension) is not { } ledgerDimension)
            {
                // Sessions are not in the ledger.
                return;
            }

            if (value == ScopePattern.Each)
            {
                groups.Add(ledgerDimension);
            }
            else if (dimension is ScopeDimension.Provider or ScopeDimension.Model)
            {
                // Names of the configuration are compared without regard to case, and a model with or without its provider.
                ofDeployment.Add((dimension, value));
            }
            else
            {
                where[ledgerDimension] = value;
            }
        }

        int stars = groups.Count;
        if (ofDeployment.Count > 0)
        {
            groups.AddRange(((LedgerDimension[])[LedgerDimension.Provider, LedgerDimension.Model]).Except(groups.ToArray()));
        }

        LedgerReport report = await ledger!.QueryAsync(
            new LedgerQuery
            {
                From = budget.Calendar is { } calendar ? new DateTimeOffset(calendar.At(now.UtcTicks).Start, TimeSpan.Zero) : now - rolling,

                // What ends from here on is counted as it does.
                To = now.AddTicks(1),
                GroupBy = groups,
                Where = where,

                // Where a rolling window began is not recorded: it is taken to have begun with the oldest hour in which something was spent.
                Interval = rolling is null ? LedgerInterval.None : LedgerInterval.Hour,
            },
            cancellationToken).ConfigureAwait(false);
        var spent = new Dictionary<ScopeKey, (decimal Amount, DateTimeOffset Start)>();
        foreach (LedgerRow row in report.Rows)
        {
            if (IsOf(row, ofDeployment) && KeyOf(row.Values, stars) is { } key && !IsTaken(budget, key) && row.Totals.Cost is > 0 and var cost)
            {
                DateTimeOffset start = row.Start ?? now;
                spent[key] = spent.TryGetValue(key, out (decimal Amount, DateTimeOffset Start) sum)
                    ? (sum.Amount + cost, sum.Start < start ? sum.Start : start)
                    : (cost, start);
            }
        }

        foreach ((ScopeKey key, (decimal amount, DateTimeOffset start)) in spent)
        {
            TimeSpan age = now - start;
            ((BudgetCounter)budget.Table.GetOrAdd(key)).Recover(budget, Money.FromDollars(amount), age < TimeSpan.Zero || age >= rolling ? TimeSpan.Zero : age, exchange.IsActive);
        }
    }

    private static bool IsOf(LedgerRow row, List<(ScopeDimension Dimension, string Value)> ofDeployment)
    {
        foreach ((ScopeDimension dimension, string value) in ofDeployment)
        {
            string? provider = row[LedgerDimension.Provider];
            string? model = row[LedgerDimension.Model];
            if (dimension == ScopeDimension.Provider ? !Same(provider, value) : !Same(model, value) && !Same($"{provider}/{model}", value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether these calls fall under an entry of their own instead.</summary>
    private static bool IsTaken(BudgetRule budget, ScopeKey key)
    {
        foreach (ScopeRule rule in budget.MoreSpecific)
        {
            if (budget.Pattern.ValuesOf(key).Zip(rule.Pattern.ValuesOf(default)).All(static pair =>
                pair.Second.Value is ScopePattern.Each
                || (pair.First.Dimension is ScopeDimension.Provider or ScopeDimension.Model ? Same(pair.First.Value, pair.Second.Value) : pair.First.Value == pair.Second.Value)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(string? value, string? expected) => string.Equals(value, expected, StringComparison.OrdinalIgnoreCase);

    /// <summary>Null for attempts without one of the values: they do not fall under the budget.</summary>
    private static ScopeKey? KeyOf(IReadOnlyList<string?> values, int stars)
    {
        for (int i = 0; i < stars; i++)
        {
            if (string.IsNullOrEmpty(values[i]))
            {
                return null;
            }
        }

        return new ScopeKey(At(0), At(1), At(2), At(3));

        string? At(int index) => index < stars ? values[index] : null;
    }

    private static LedgerDimension? DimensionOf(ScopeDimension dimension) => dimension switch
    {
        ScopeDimension.Project => LedgerDimension.Project,
        ScopeDimension.Team => LedgerDimension.Team,
        ScopeDimension.User => LedgerDimension.User,
        ScopeDimension.Key => LedgerDimension.Key,
        ScopeDimension.Feature => LedgerDimension.Feature,
        ScopeDimension.Tag => LedgerDimension.Tag,
        ScopeDimension.Provider => LedgerDimension.Provider,
        ScopeDimension.Model => LedgerDimension.Model,
        ScopeDimension.Deployment => LedgerDimension.Deployment,
        _ => null,
    };
}
