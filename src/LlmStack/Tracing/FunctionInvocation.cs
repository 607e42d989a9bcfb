using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>
/// Makes spans of what Microsoft.Extensions.AI's function invocation does around an adapter of ours. It knows nothing of our scopes, but it
/// asks the client below it for an <see cref="ActivitySource"/> and makes an activity for its loop and for each tool: those of this source
/// are followed here.
/// </summary>
internal sealed class FunctionInvocation : IDisposable
{
    private const string ToolPrefix = "execute_tool ";
    private const string ScopeProperty = "llmstack.scope";

    // Most processes never have one: then nothing below is looked at.
    private static int _live;

    private readonly LlmTracer _tracer;
    private readonly ActivityListener _listener;

    public FunctionInvocation(LlmTracer tracer)
    {
        _tracer = tracer;

        // One for each tracer, so that it follows its own clients alone.
        Source = new ActivitySource("LlmStack.Functions");
        _listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, Source),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => tracer.IsActive ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = Started,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ActivitySource Source { get; }

    /// <summary>
    /// The scope that new spans go below: that of the loop or tool under way where <paramref name="ambient"/> is older. A loop that streams
    /// loses what was made ambient at each of its yields, and sets only its activity again.
    /// </summary>
    public static AmbientScope? Innermost(AmbientScope? ambient)
    {
        if (Volatile.Read(ref _live) == 0 || Find(Activity.Current) is not { } function)
        {
            return ambient;
        }

        for (AmbientScope? scope = ambient; scope is not null; scope = scope.Parent)
        {
            if (ReferenceEquals(scope, function.Scope))
            {
                return ambient;
            }
        }

        return function.Scope;
    }

    /// <summary>Gives the tools that have run the arguments and results which the loop's next request shows, and lets them go.</summary>
    public static void Complete(IReadOnlyList<ChatMessage>? messages)
    {
        if (Volatile.Read(ref _live) != 0)
        {
            LoopOf(AmbientScope.Current)?.ReleaseTools(messages);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Source.Dispose();
    }

    private static FunctionSpan? Find(Activity? activity)
    {
        for (; activity is not null; activity = activity.Parent)
        {
            if (activity.GetCustomProperty(ScopeProperty) is FunctionSpan { Scope.IsClosed: false } function)
            {
                return function;
            }
        }

        return null;
    }

    private static FunctionSpan? LoopOf(AmbientScope? ambient) =>
        Innermost(ambient) is { Span: { Function: { IsTool: false } loop } record } scope && record.Version == scope.SpanVersion ? loop : null;

    private void Started(Activity activity)
    {
        bool isTool = activity.OperationName.StartsWith(ToolPrefix, StringComparison.Ordinal);
        FunctionSpan? loop = LoopOf(AmbientScope.Current);
        string name = isTool ? activity.OperationName[ToolPrefix.Length..] : activity.OperationName;

        // Its own activity is current already; ours is to stand in its place, below what was current before.
        Activity.Current = activity.Parent;
        ScopeHandle opened = _tracer.StartSpan(name, isTool ? ObservationType.Tool : ObservationType.Chain).Handle;
        if (opened.Scope is not { } scope)
        {
            return;
        }

        Interlocked.Increment(ref _live);
        var function = new FunctionSpan(_tracer, opened.Record, scope, isTool, activity.GetTagItem(GenAiNames.ToolCallId) as string, loop);
        activity.SetCustomProperty(ScopeProperty, function);
        if (opened.Record is { } record)
        {
            record.Function = function;
            record.Activity?.SetCustomProperty(ScopeProperty, function);
        }
    }

    private void Stopped(Activity activity)
    {
        if (activity.GetCustomProperty(ScopeProperty) is FunctionSpan function)
        {
            Interlocked.Decrement(ref _live);
            function.End(activity);
        }
    }
}
