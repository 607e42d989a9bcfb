namespace LlmStack;

/// <summary>What is used of limits and budgets at this moment. From the container.</summary>
public interface ILlmLimits
{
    /// <summary>Every limit of the configuration, for each value of its scope that has been used, one row for each amount.</summary>
    IReadOnlyList<LimitStatus> GetLimits();

    /// <summary>Every budget of the configuration, for each value of its scope that has been used. Those of single calls and runs are not here.</summary>
    IReadOnlyList<BudgetStatus> GetBudgets();
}
