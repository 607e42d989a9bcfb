namespace LlmStack.Benchmarks.Subjects;

/// <summary>What a benchmark wants of LlmStack. Everything not said is the default.</summary>
internal sealed record LlmStackSetup
{
    /// <summary>The provider's wire format.</summary>
    public WireFormat Format { get; init; } = WireFormat.OpenAI;

    /// <summary>Answers the provider's requests; null for real sockets.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>The provider's address.</summary>
    public Uri? Address { get; init; }

    /// <summary>Whether spans with content are sent to Langfuse.</summary>
    public bool Traced { get; init; }

    /// <summary>Answers the trace sink's requests; null for real sockets.</summary>
    public HttpMessageHandler? TraceHandler { get; init; }

    /// <summary>Langfuse's address.</summary>
    public Uri? TraceAddress { get; init; }

    /// <summary>
    /// Whether batches are compressed. Off unless a row says otherwise: OpenTelemetry's exporter, beside which these rows stand, sends them as they are.
    /// </summary>
    public bool Gzip { get; init; }

    /// <summary>The directory of the trace sink's spool; null for none.</summary>
    public string? Spool { get; init; }

    /// <summary>Groups in place of the two usual ones.</summary>
    public Action<ILlmStackBuilder>? Groups { get; init; }
}
