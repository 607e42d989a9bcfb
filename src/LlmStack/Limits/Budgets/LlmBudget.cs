using System.Globalization;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using LlmStack.Tracing;

namespace LlmStack;

/// <summary>What one run may spend, opened by <see cref="LlmContext.OpenBudget"/>: every call made inside it, and inside what it starts, counts.</summary>
/// <remarks>
/// A call that would probably cost more than is left fails with <see cref="LlmErrorKind.BudgetExceeded"/> before it leaves, unless a cheaper
/// deployment fits. Budgets inside one another all hold. Safe for use by several threads.
/// </remarks>
public sealed class LlmBudget : IDisposable
{
    private readonly BudgetRule _rule;
    private readonly BudgetCounter _counter;
    private IDisposable? _scope;
    private Inside? _inside;

    internal LlmBudget(decimal amount, string? name, UnknownPriceBehavior unknownPrice, LlmBudget? outer)
    {
        Amount = amount;
        Name = name;
        Outer = outer;
        var pattern = new ScopePattern([]);
        var table = new ScopeTable("run", pattern, static (table, key) => new BudgetCounter(table, key, TimeSpan.MaxValue, isRolling: false, TimeProvider.System)) { IsEndless = true, IsShared = false };
        _counter = (BudgetCounter)table.GetOrAdd(default);
        _rule = new BudgetRule(name ?? string.Create(CultureInfo.InvariantCulture, $"{amount:0.##########} USD of this run"), pattern, table) { Amount = Money.FromDollars(amount), UnknownPrice = unknownPrice };
    }

    /// <summary>What may be spent, in US dollars.</summary>
    public decimal Amount { get; }

    /// <summary>The name, for error messages; null for none.</summary>
    public string? Name { get; }

    /// <summary>What was spent by calls that have ended, in US dollars; calls of unknown price as <see cref="UnknownPriceBehavior"/> says.</summary>
    public decimal Spent => Money.ToDollars(State.Spent);

    /// <summary>What calls under way will probably spend, in US dollars.</summary>
    public decimal Reserved => Money.ToDollars(State.Reserved);

    /// <summary>What is left, in US dollars: the amount less what is spent and reserved; 0 when calls cost more than expected.</summary>
    public decimal Remaining
    {
        get
        {
            (long spent, long reserved, _) = State;
            return Money.ToDollars(Math.Max(0, _rule.Amount - spent - reserved));
        }
    }

    /// <summary>The budget around it; null for none.</summary>
    internal LlmBudget? Outer { get; }

    /// <summary>The context it has made where there was none; null where it was opened inside one.</summary>
    internal LlmContext? Alone { get; private set; }

    internal ScopeEntry Entry => new(_rule, _counter);

    private (long Spent, long Reserved, TimeSpan? EndsIn) State => _counter.StateAt(_rule);

    /// <summary>Ends it for calls made from here on. Calls that are under way, and work that goes on from inside it, still count.</summary>
    public void Dispose() => Interlocked.Exchange(ref _scope, null)?.Dispose();

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name ?? "budget"}: {Spent:0.######} of {Amount:0.######} USD spent");

    internal LlmBudget Open()
    {
        LlmContext around = AmbientScope.CurrentContext;
        LlmContext context = around with { Budget = this };
        Alone = ReferenceEquals(around, LlmContext.Empty) || ReferenceEquals(around, around.Budget?.Alone) ? context : null;
        _scope = AmbientScope.PushContext(context);
        return this;
    }

    /// <summary>A context from elsewhere with this budget; the same one as long as it is asked for the same.</summary>
    internal LlmContext Bind(LlmContext context)
    {
        Inside? known = _inside;
        if (known is null || !ReferenceEquals(known.Context, context))
        {
            _inside = known = new Inside(context, context with { Budget = this });
        }

        return known.Bound;
    }

    private sealed record Inside(LlmContext Context, LlmContext Bound);
}
