namespace LlmStack;

/// <summary>How spans are written for the server.</summary>
public enum LangfuseFormat
{
    /// <summary>OpenTelemetry's protobuf, to <c>/api/public/otel/v1/traces</c>: Langfuse 3.22 and later.</summary>
    OpenTelemetry,

    /// <summary>Events in JSON, to <c>/api/public/ingestion</c>: Langfuse 3 before 3.22. Version 4 does not take them any more.</summary>
    IngestionBatch,
}
