namespace LlmStack.Limits.Budgets;

/// <summary>Hears of budgets that are reached. Called on the path of a call, under no lock: it must not wait, nor throw.</summary>
internal interface IBudgetListener
{
    /// <summary>A soft amount is spent; once for each amount and window.</summary>
    void SoftReached(BudgetRule rule, BudgetCounter counter, decimal soft, decimal spent);

    /// <summary>A call was refused because too little is left; once for each window.</summary>
    void HardRefused(BudgetRule rule, BudgetCounter counter, decimal spent);
}
