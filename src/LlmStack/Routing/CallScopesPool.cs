using System.Collections.Concurrent;
using LlmStack.Limits;
using LlmStack.Limits.Scopes;

namespace LlmStack.Routing;

/// <summary>Finds what calls fall under, and lends out the state for it.</summary>
internal sealed class CallScopesPool(ScopeBook book, LikelyOutput likelyOutput, TimeProvider time)
{
    private const int MaxPooled = 256;

    private readonly ConcurrentQueue<CallScopes> _pool = new();
    private readonly WallClock _clock = new(time);

    /// <summary>Null when the call falls under no limit and no budget.</summary>
    public CallScopes? Begin(RoutingSnapshot snapshot, LlmContext context)
    {
        if (snapshot.Scopes is null && context.Budget is null)
        {
            return null;
        }

        CallScopes scopes = _pool.TryDequeue(out CallScopes? pooled) ? pooled : new CallScopes(book, time, _clock);
        if (scopes.Begin(snapshot.Scopes ?? ScopePlan.Empty, context, snapshot.Models))
        {
            return scopes;
        }

        End(scopes, sent: false);
        return null;
    }

    /// <summary>For a dry run: keeps no counter, and holds nothing.</summary>
    public CallScopes? Peek(RoutingSnapshot snapshot, LlmContext context)
    {
        if (snapshot.Scopes is null && context.Budget is null)
        {
            return null;
        }

        var scopes = new CallScopes(book, time, _clock, isDryRun: true);
        return scopes.Begin(snapshot.Scopes ?? ScopePlan.Empty, context, snapshot.Models) ? scopes : null;
    }

    /// <summary>The output that a call is to reserve.</summary>
    public int LikelyOutputOf(LlmOperation operation, string group, string? feature, int? maxOutputTokens) =>
        operation is LlmOperation.Chat or LlmOperation.TextCompletion ? likelyOutput.ExpectHigh(group, feature, maxOutputTokens) : 0;

    public void End(CallScopes scopes, bool sent)
    {
        scopes.End(sent);
        if (_pool.Count < MaxPooled)
        {
            _pool.Enqueue(scopes);
        }
    }
}
