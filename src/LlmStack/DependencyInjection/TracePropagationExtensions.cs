using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Takes traces along to other services.</summary>
public static class TracePropagationExtensions
{
    /// <summary>
    /// Sends the trace's place (<c>traceparent</c>) and the fields of <see cref="TracingOptions.Baggage"/> (<c>baggage</c>) with every
    /// request of this client, so that the spans of the service it calls join the trace. For services of your own; never for a vendor's.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IHttpClientBuilder AddTracePropagation(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddHttpMessageHandler(static services => new TracePropagationHandler(services.GetRequiredService<ILlmTracer>()));
    }
}
