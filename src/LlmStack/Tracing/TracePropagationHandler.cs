namespace LlmStack.Tracing;

/// <summary>Adds the trace's place and the allowed labels to requests that go to services of one's own.</summary>
internal sealed class TracePropagationHandler(ILlmTracer tracer) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Add(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Add(request);
        return base.Send(request, cancellationToken);
    }

    private void Add(HttpRequestMessage request)
    {
        TraceCarrier carrier = tracer.Inject();

        // Where the client makes an activity of the request, it writes that one's place, which is below ours, in place of this.
        if (carrier.TraceParent is not null && !request.Headers.Contains("traceparent"))
        {
            request.Headers.TryAddWithoutValidation("traceparent", carrier.TraceParent);
        }

        if (carrier.Baggage is not null)
        {
            request.Headers.TryAddWithoutValidation("baggage", carrier.Baggage);
        }
    }
}
