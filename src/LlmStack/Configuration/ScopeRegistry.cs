using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Configuration;

/// <summary>The counters of limits and budgets by what they count; they outlive snapshots, so a reload forgets nothing.</summary>
internal sealed class ScopeRegistry(TimeProvider time)
{
    private readonly Lock _lock = new();
    private Dictionary<string, ScopeTable> _tables = new(StringComparer.Ordinal);

    /// <summary>The tables of a new plan; those that no rule of it uses are forgotten.</summary>
    public Lease Begin() => new(this);

    /// <summary>One plan's way to its tables.</summary>
    internal sealed class Lease(ScopeRegistry registry)
    {
        private readonly Dictionary<string, ScopeTable> _used = new(StringComparer.Ordinal);

        /// <summary>Another window or other shares count anew; another amount does not.</summary>
        public ScopeTable OfLimit(string id, ScopePattern pattern, TimeSpan window, IEnumerable<string> shares)
        {
            string[] parts = [.. shares];
            TimeProvider time = registry.Time;
            return Get(
                FormattableString.Invariant($"limits/{id}/{window.TotalSeconds}"),
                string.Join('|', parts) + "|" + pattern.Text,
                name => new ScopeTable(name, pattern, (table, key) => new LimitCounter(table, key, window, parts.Length, time)));
        }

        public ScopeTable OfBudget(string id, ScopePattern pattern, string window, TimeSpan length, bool isRolling)
        {
            TimeProvider time = registry.Time;
            return Get(
                $"budgets/{id}/{window}",
                pattern.Text,
                name => new ScopeTable(name, pattern, (table, key) => new BudgetCounter(table, key, length, isRolling, time)) { IsEndless = length == TimeSpan.MaxValue, IsShared = window != ScopePlanFactory.PerCallWindow });
        }

        public void Commit()
        {
            lock (registry._lock)
            {
                registry._tables = _used;
            }
        }

        private ScopeTable Get(string name, string rest, Func<string, ScopeTable> make)
        {
            lock (registry._lock)
            {
                string key = name + "|" + rest;
                if (!_used.TryGetValue(key, out ScopeTable? table))
                {
                    table = registry._tables.TryGetValue(key, out ScopeTable? known) ? known : make(name);
                    _used.Add(key, table);
                }

                return table;
            }
        }
    }

    private TimeProvider Time { get; } = time;
}
