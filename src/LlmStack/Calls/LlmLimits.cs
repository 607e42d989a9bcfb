using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Reads the counters of the configuration in force.</summary>
internal sealed class LlmLimits(SnapshotSource snapshots, TimeProvider time) : ILlmLimits
{
    public IReadOnlyList<LimitStatus> GetLimits()
    {
        var rows = new List<LimitStatus>();
        foreach (ScopeRule rule in snapshots.Current.Scopes?.Rules ?? [])
        {
            if (rule is LimitRule limit)
            {
                foreach (ScopeCounter counter in limit.Table.Counters)
                {
                    Add(rows, limit, (LimitCounter)counter);
                }
            }
        }

        return rows;
    }

    public IReadOnlyList<BudgetStatus> GetBudgets()
    {
        var rows = new List<BudgetStatus>();
        foreach (ScopeRule rule in snapshots.Current.Scopes?.Rules ?? [])
        {
            if (rule is not BudgetRule budget)
            {
                continue;
            }

            foreach (ScopeCounter counter in budget.Table.Counters)
            {
                (long spent, long reserved, TimeSpan? endsIn) = ((BudgetCounter)counter).StateAt(budget);
                rows.Add(new BudgetStatus(
                    budget.Id,
                    budget.Pattern.Describe(counter.Key),
                    budget.IsHard ? Money.ToDollars(budget.Amount) : null,
                    Money.ToDollars(spent),
                    Money.ToDollars(reserved),
                    endsIn));
            }
        }

        return rows;
    }

    private void Add(List<LimitStatus> rows, LimitRule limit, LimitCounter counter)
    {
        long now = time.GetTimestamp();
        ScopeAmounts used = counter.UsedAt(now);
        TimeSpan? relieved = counter.RelievedIn(now);
        string scope = limit.Pattern.Describe(counter.Key);
        Row(ScopeAmountNames.Requests, used.Requests, limit.Requests);
        Row(ScopeAmountNames.InputTokens, used.InputTokens, limit.InputTokens);
        Row(ScopeAmountNames.OutputTokens, used.OutputTokens, limit.OutputTokens);
        Row(ScopeAmountNames.TotalTokens, used.InputTokens + used.OutputTokens, limit.TotalTokens);
        if (limit.Running != LimitRule.None)
        {
            rows.Add(new LimitStatus(limit.Id, scope, ScopeAmountNames.Running, used.Running, limit.Running, null));
        }

        if (limit.Cost != LimitRule.None)
        {
            rows.Add(new LimitStatus(limit.Id, scope, ScopeAmountNames.Cost, Money.ToDollars(used.Cost), Money.ToDollars(limit.Cost), relieved));
        }

        void Row(string amount, long amountUsed, long most)
        {
            if (most != LimitRule.None)
            {
                rows.Add(new LimitStatus(limit.Id, scope, amount, amountUsed, most, amountUsed == 0 ? null : relieved));
            }
        }
    }
}
