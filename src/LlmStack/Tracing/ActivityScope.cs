using System.Diagnostics;

namespace LlmStack.Tracing;

/// <summary>A scope whose activity is the current one while it is open, so that logs correlate and other instrumentation nests.</summary>
internal sealed class ActivityScope(LlmContext context, SpanRecord span, Activity activity, Activity? previous, AmbientScope? parent)
    : AmbientScope(context, span, span.TraceId, span.SpanId, span.Sampled, parent)
{
    public Activity Activity { get; } = activity;

    public Activity? Previous { get; } = previous;

    protected override void OnClosed()
    {
        if (!ReferenceEquals(Activity.Current, Activity))
        {
            return;
        }

        Activity? restored = Previous;
        AmbientScope? scope = Parent;
        while (restored is { IsStopped: true })
        {
            while (scope is not null && !(scope is ActivityScope candidate && ReferenceEquals(candidate.Activity, restored)))
            {
                scope = scope.Parent;
            }

            restored = scope is ActivityScope owner ? owner.Previous : restored.Parent;
        }

        Activity.Current = restored;
    }
}
