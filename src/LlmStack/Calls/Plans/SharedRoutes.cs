using LlmStack.Diagnostics;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>Routes and spans of calls that got the answer of another one: nothing was paid on them.</summary>
internal sealed class SharedRoutes(LlmTracer tracer, TimeProvider time)
{
    private const string Reason = "shares the answer of an identical call";

    /// <summary>Who calls.</summary>
    public LlmContext CurrentContext => tracer.CurrentContext;

    /// <summary>A route of one's own beside the one of the call that was made.</summary>
    public static CallRoute Begin(string model, CallRoute made) => new(model, made.SnapshotVersion) { Group = made.Group, Reason = Reason, Usage = new UsageDetails() };

    /// <summary>Completes it once the answer is whole, and writes its span.</summary>
    public void End(CallRoute route, CallRoute made, long started, long? firstToken, IList<ChatMessage>? answer = null)
    {
        long now = time.GetTimestamp();
        route.Group = made.Group;
        route.Served = made.Served;
        route.RequestId = made.RequestId;
        route.SetTiming(time.GetElapsedTime(started, now), TimeSpan.Zero, firstToken is { } first ? time.GetElapsedTime(started, first) : null);
        if (tracer.StartAutomatic(made.Group is null ? route.RequestedName : "chat " + made.Group, ObservationType.Span, started, tracer.CurrentContext) is { } span)
        {
            // It names no usage and no model, so that nothing is priced a second time.
            span.Operation = MetricNames.NameOf(LlmOperation.Chat);
            span.Route = route;
            foreach (ChatMessage message in answer ?? [])
            {
                span.AppendMessage(message);
            }

            span.AddMetadata("shared", made.ObservationId?.ToString() ?? "true");
            route.SetTrace(span.TraceId, span.SpanId);
            tracer.End(span, now);
        }
    }
}
