using LlmStack.Limits.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Calls;

/// <summary>What budgets find in the ledger when a process begins.</summary>
public sealed class BudgetRecoveryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_the_ledger_knows_of_the_window_counts_after_a_restart()
    {
        var ledger = new PastLedger();
        ledger.Spend(4, static s => (s[LedgerDimension.Team], s[LedgerDimension.Project]) = ("t1", "p"));
        ledger.Spend(3, static s => (s[LedgerDimension.Team], s[LedgerDimension.Project]) = ("t2", "p"));
        ledger.Spend(90, static s => s[LedgerDimension.Project] = "p");
        ledger.Spend(50, static s => (s[LedgerDimension.Team], s[LedgerDimension.Project]) = ("t1", "other"));
        ledger.Spend(8, static s => (s[LedgerDimension.Team], s[LedgerDimension.Project]) = ("t1", "p"), Now.AddMonths(-1));
        Assert.Equal(
            ["all calls: 155", "project=p, team=t1: 4", "project=p, team=t2: 3"],
            await RestartAsync(ledger, static llm => llm
                .AddBudget("team", static b => { b.Scope.Team = "*"; b.Scope.Project = "p"; b.Amount = 5; })
                .AddBudget("all", static b => { b.Amount = 10; b.Window = BudgetWindow.None; })
                .AddBudget("session", static b => { b.Scope.Session = "*"; b.Amount = 10; })));
        Assert.Contains(ledger.Asked, static query => query.From == new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Contains(ledger.Asked, static query => query.From is null);
        Assert.Equal(2, ledger.Asked.Count);
    }

    /// <summary>As calls are matched, where the model is called with and without its provider, and some models have a slash of their own.</summary>
    [Theory]
    [InlineData("openai/gpt-oss-120b", 6)]
    [InlineData("a/openai/gpt-oss-120b", 4)]
    [InlineData("A/OpenAI/GPT-oss-120b", 4)]
    [InlineData("gpt-oss-120b", 7)]
    [InlineData("m", 0)]
    public async Task A_models_spending_is_found_however_the_scope_names_it(string model, int spent)
    {
        var ledger = new PastLedger();
        Spend("a", "openai/gpt-oss-120b", 4);
        Spend("b", "openai/gpt-oss-120b", 2);
        Spend("a", "gpt-oss-120b", 7);
        Assert.Equal(spent == 0 ? [] : [$"model={model}: {spent}"], await RestartAsync(ledger, llm => llm.AddBudget("model", b => { b.Scope.Model = model; b.Amount = 5; })));
        Assert.Equal(
            spent == 0 ? [] : [$"user=u, model={model}: {spent}"],
            await RestartAsync(ledger, llm => llm.AddBudget("model", b => { b.Scope.Model = model; b.Scope.User = "*"; b.Amount = 5; })));

        void Spend(string provider, string name, decimal cost) => ledger.Spend(cost, s =>
        {
            s[LedgerDimension.Provider] = provider;
            s[LedgerDimension.Model] = name;
            s[LedgerDimension.User] = "u";
        });
    }

    [Fact]
    public async Task A_providers_spending_is_found_in_any_spelling_and_beside_a_star_for_models()
    {
        var ledger = new PastLedger();
        foreach (string model in (string[])["m", "n", "m"])
        {
            ledger.Spend(1, s => (s[LedgerDimension.Provider], s[LedgerDimension.Model]) = ("a", model));
        }

        Assert.Equal(
            ["provider=A, model=m: 2", "provider=A, model=n: 1", "provider=A: 3"],
            await RestartAsync(ledger, static llm => llm
                .AddBudget("provider", static b => { b.Scope.Provider = "A"; b.Amount = 5; })
                .AddBudget("each", static b => { b.Scope.Provider = "A"; b.Scope.Model = "*"; b.Amount = 5; })));
    }

    [Fact]
    public async Task A_value_with_an_entry_of_its_own_is_not_found_under_the_star()
    {
        var ledger = new PastLedger();
        ledger.Spend(4, static s => s[LedgerDimension.Team] = "search");
        ledger.Spend(3, static s => s[LedgerDimension.Team] = "support");
        Assert.Equal(
            ["team=search: 4", "team=support: 3"],
            await RestartAsync(ledger, static llm => llm
                .AddBudget("team", static b => { b.Scope.Team = "*"; b.Amount = 3; })
                .AddBudget("big", static b => { b.Scope.Team = "search"; b.Amount = 500; })));
    }

    [Fact]
    public async Task What_ends_after_the_process_began_is_not_counted_a_second_time()
    {
        var ledger = new PastLedger();
        ledger.Spend(4, static _ => { });
        await RestartAsync(ledger, static llm => llm.AddBudget("all", static b => b.Amount = 10));
        Assert.InRange(Assert.Single(ledger.Asked).To!.Value, Now, Now.AddMilliseconds(1));
    }

    private static async Task<string[]> RestartAsync(PastLedger ledger, Action<ILlmStackBuilder> budgets)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        collection.AddSingleton<IUsageLedger>(ledger);
        collection.AddLlmStack(llm => budgets(llm.AddOpenAICompatible("a", "http://127.0.0.1:1/v1")));
        await using ServiceProvider services = collection.BuildServiceProvider();
        await LlmStack.DependencyInjection.LimitServices.StartAsync(services, CancellationToken.None);
        return [.. services.GetRequiredService<ILlmLimits>().GetBudgets().Select(static b => FormattableString.Invariant($"{b.Scope}: {b.Spent:0}")).Order(StringComparer.Ordinal)];
    }

    /// <summary>Earlier processes wrote it.</summary>
    private sealed class PastLedger : IUsageLedger
    {
        private readonly MemoryLedger _past = new(1_000);

        public List<LedgerQuery> Asked { get; } = [];

        public void Spend(decimal cost, Action<LedgerScope> of, DateTimeOffset? at = null)
        {
            var scope = new LedgerScope();
            of(scope);
            _past.Add(0, (at ?? Now.AddHours(-1)).UtcTicks, scope, new LedgerTotals { Attempts = 1, Spent = cost });
        }

        public ValueTask<LedgerReport> QueryAsync(LedgerQuery query, CancellationToken cancellationToken = default)
        {
            Asked.Add(query);
            return _past.QueryAsync(query, cancellationToken);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) => default;
    }
}
