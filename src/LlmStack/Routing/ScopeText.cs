using System.Globalization;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Routing;

/// <summary>Limits and budgets in words, for errors, routes and explanations.</summary>
internal static class ScopeText
{
    /// <summary>For instance <c>limit 'per-team' (team=search)</c>.</summary>
    public static string Subject(in ScopeRefusal refusal) =>
        $"{(refusal.Rule is BudgetRule ? "budget" : "limit")} '{refusal.Rule!.Id}' ({refusal.Rule.Pattern.Describe(refusal.Counter!.Key)})";

    /// <summary>What refuses, by how much, and for how long.</summary>
    public static string Reason(in ScopeRefusal refusal)
    {
        if (refusal.Amount == ScopeAmountNames.Price)
        {
            return $"the price is unknown, which the {Subject(refusal)} does not allow";
        }

        if (refusal.Rule is BudgetRule budget)
        {
            (long spent, long reserved, TimeSpan? endsIn) = ((BudgetCounter)refusal.Counter!).StateAt(budget);
            string left = string.Create(CultureInfo.InvariantCulture, $"the {Subject(refusal)} has {Money.ToDollars(Math.Max(0, budget.Amount - spent - reserved)):0.#########} of {Money.ToDollars(budget.Amount):0.#########} USD left");
            return (refusal.Wait == ScopeRefusal.Never && !budget.Table.IsEndless ? left + ", and the call would probably cost more than all of it" : left) + (endsIn is { } end ? "; it starts anew in " + Seconds(end) : "");
        }

        var limit = (LimitRule)refusal.Rule!;
        string allowed = string.Create(CultureInfo.InvariantCulture, $"the {Subject(refusal)} allows {MostOf(limit, refusal.Amount)} {refusal.Amount}");
        return refusal.Amount == ScopeAmountNames.Running ? allowed + ", and as many are under way"
            : refusal.Wait == ScopeRefusal.Never ? $"{allowed} in {Seconds(limit.Window)}, and the call needs more"
            : $"{allowed} in {Seconds(limit.Window)}, and they are used up; the call fits in {Seconds(refusal.Wait)}";
    }

    public static string Sentence(in ScopeRefusal refusal)
    {
        string reason = Reason(refusal);
        return string.Concat(reason[..1].ToUpperInvariant(), reason.AsSpan(1), ".");
    }

    private static decimal MostOf(LimitRule limit, string amount) => amount switch
    {
        ScopeAmountNames.Requests => limit.Requests,
        ScopeAmountNames.InputTokens => limit.InputTokens,
        ScopeAmountNames.OutputTokens => limit.OutputTokens,
        ScopeAmountNames.TotalTokens => limit.TotalTokens,
        ScopeAmountNames.Running => limit.Running,
        _ => Money.ToDollars(limit.Cost),
    };

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s");
}
