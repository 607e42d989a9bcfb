namespace LlmStack;

/// <summary>Adds limits and budgets.</summary>
public static class LimitBuilderExtensions
{
    /// <summary>Adds a limit, or changes the one that the configuration has under this id.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="id">The id, for error messages and <see cref="ILlmLimits"/>.</param>
    /// <param name="configure">Says what is limited, and for whom; called at each reload.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is empty.</exception>
    public static ILlmStackBuilder AddLimit(this ILlmStackBuilder builder, string id, Action<LimitOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(options =>
        {
            if (!options.Limits.TryGetValue(id, out LimitOptions? limit))
            {
                options.Limits[id] = limit = new LimitOptions();
            }

            configure(limit);
        });
    }

    /// <summary>Adds a budget, or changes the one that the configuration has under this id.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="id">The id, for error messages, events and <see cref="ILlmLimits"/>.</param>
    /// <param name="configure">Says what may be spent, and by whom; called at each reload.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is empty.</exception>
    public static ILlmStackBuilder AddBudget(this ILlmStackBuilder builder, string id, Action<BudgetOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(options =>
        {
            if (!options.Budgets.TryGetValue(id, out BudgetOptions? budget))
            {
                options.Budgets[id] = budget = new BudgetOptions();
            }

            configure(budget);
        });
    }
}
