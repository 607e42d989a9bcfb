namespace LlmStack.Providers.Http;

/// <summary>Takes a trace along to a provider that is trusted with it.</summary>
internal static class TraceHeaders
{
    private const int IdLength = 32;
    private const int SpanIdLength = 16;

    /// <summary>Adds <c>traceparent</c>, and for a gateway the headers by which LiteLLM fills its own Langfuse trace.</summary>
    /// <param name="request">The request.</param>
    /// <param name="traceParent"><c>00-{trace}-{span}-{flags}</c>.</param>
    /// <param name="gateway">Whether the server reads Langfuse's headers.</param>
    /// <param name="context">Who calls.</param>
    public static void Add(HttpRequestMessage request, string traceParent, bool gateway, LlmContext context)
    {
        request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        if (!gateway || traceParent.Length < 3 + IdLength + 1 + SpanIdLength)
        {
            return;
        }

        Add(request, "langfuse_existing_trace_id", traceParent.Substring(3, IdLength));
        Add(request, "langfuse_parent_observation_id", traceParent.Substring(3 + IdLength + 1, SpanIdLength));
        Add(request, "langfuse_session_id", context.SessionId);
        Add(request, "langfuse_trace_user_id", context.UserId);
    }

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        // What a header cannot carry stays at home; the trace's own spans have it.
        if (!string.IsNullOrEmpty(value) && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
