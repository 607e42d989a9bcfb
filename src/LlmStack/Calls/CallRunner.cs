using LlmStack.Diagnostics;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Routing;
using LlmStack.Tracing;

namespace LlmStack.Calls;

/// <summary>The one path of a request: resolve → pick → attempt → classify → retry or fall back → account → trace. The only retry loop in the product.</summary>
internal sealed class CallRunner(SnapshotSource snapshots, RoutingEngine engine, HealthTracker health, IAdmission admission, LlmTracer tracer, ITokenEstimator estimator, CallTelemetry telemetry, TimeProvider time, IRandomSource random)
{
    public object[] Parts => [snapshots, engine, health, admission, tracer, estimator, telemetry, time, random];
}
