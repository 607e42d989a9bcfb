using LlmStack.Diagnostics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace LlmStack;

/// <summary>Adds LlmStack to OpenTelemetry.</summary>
public static class LlmStackInstrumentationExtensions
{
    /// <summary>Adds the activity source <c>LlmStack</c>: calls, attempts and your own spans, with the ids that Langfuse sees.</summary>
    /// <param name="builder">The tracer provider's builder.</param>
    public static TracerProviderBuilder AddLlmStackInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(MetricNames.Source);
    }

    /// <summary>Adds the meter <c>LlmStack</c>: duration, tokens, cost, calls, attempts and cooldowns.</summary>
    /// <param name="builder">The meter provider's builder.</param>
    public static MeterProviderBuilder AddLlmStackInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(MetricNames.Meter);
    }
}
