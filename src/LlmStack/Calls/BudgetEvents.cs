using System.Globalization;
using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Limits.Budgets;
using Microsoft.Extensions.Logging;

namespace LlmStack.Calls;

/// <summary>Tells operators of budgets that are reached, in the log and as events.</summary>
internal sealed class BudgetEvents(LlmEventSource events, ILogger<BudgetEvents> logger) : IBudgetListener
{
    public void SoftReached(BudgetRule rule, BudgetCounter counter, decimal soft, decimal spent)
    {
        string scope = rule.Pattern.Describe(counter.Key);
        LogMessages.SoftBudgetReached(logger, rule.Id, scope, spent, soft);
        events.Raise(new LlmEvent
        {
            Kind = LlmEventKind.SoftBudgetReached,
            Subject = rule.Id,
            Scope = scope,
            Amount = spent,
            Limit = rule.IsHard ? Money.ToDollars(rule.Amount) : soft,
            Message = string.Create(CultureInfo.InvariantCulture, $"The budget '{rule.Id}' ({scope}) has reached {soft:0.##########} USD: {spent:0.##########} USD are spent."),
        });
    }

    public void HardRefused(BudgetRule rule, BudgetCounter counter, decimal spent)
    {
        string scope = rule.Pattern.Describe(counter.Key);
        decimal limit = Money.ToDollars(rule.Amount);
        LogMessages.HardBudgetRefused(logger, rule.Id, scope, spent, limit);
        events.Raise(new LlmEvent
        {
            Kind = LlmEventKind.HardBudgetRefused,
            Subject = rule.Id,
            Scope = scope,
            Amount = spent,
            Limit = limit,
            Message = string.Create(CultureInfo.InvariantCulture, $"The budget '{rule.Id}' ({scope}) refused a call: {spent:0.##########} of {limit:0.##########} USD are spent."),
        });
    }
}
