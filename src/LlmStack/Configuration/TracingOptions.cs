using System.Text.Json.Serialization.Metadata;
using LlmStack.Tracing;

namespace LlmStack;

/// <summary>What traces contain.</summary>
public sealed class TracingOptions
{
    /// <summary>Whether spans are made at all. Default true; without a sink and a listener they cost next to nothing anyway.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether prompts and answers are recorded. Default true.</summary>
    public bool CaptureContent { get; set; } = true;

    /// <summary>
    /// Whether prompts and answers are also put on the activities that OpenTelemetry sees. Null: the variable
    /// <c>OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT</c>, else false.
    /// </summary>
    public bool? CaptureContentOnActivities { get; set; }

    /// <summary>The release of the application. Null: the variable <c>LANGFUSE_RELEASE</c>.</summary>
    public string? Release { get; set; }

    /// <summary>The environment traces are filed under, <c>[a-z0-9-_]</c>, at most 40 characters; capitals are lowered. Null: the variable <c>LANGFUSE_TRACING_ENVIRONMENT</c>.</summary>
    public string? Environment { get; set; }

    /// <summary>When finished traces leave. Default <see cref="ExportMode.Batched"/>; processes that freeze between calls need <see cref="ExportMode.OnTraceEnd"/>.</summary>
    public ExportMode ExportMode { get; set; }

    /// <summary>How long the end of a trace waits for delivery with <see cref="ExportMode.OnTraceEnd"/>; more than zero. Default 3 s.</summary>
    public TimeSpan ExportTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The share of traces that sinks receive, 0 to 1, decided by the trace's id. Default 1. Labels and in-process score observers are
    /// not affected, and OpenTelemetry decides for itself.
    /// </summary>
    public double SampleRate { get; set; } = 1;

    /// <summary>Which traces are kept although <see cref="SampleRate"/> leaves them out: by default those with an error.</summary>
    public TailSamplingOptions Tail { get; set; } = new();

    /// <summary>What is hidden in traces. Default nothing.</summary>
    public MaskingOptions Masking { get; set; } = new();

    /// <summary>
    /// Spans that are left out are those for which one of these functions returns false; by default none. They see a span before it is masked, on the
    /// thread that ended it. One that throws leaves the span out, and is logged once. What is below a span that is left out is sent all the same.
    /// </summary>
    public IList<Func<SpanData, bool>> Filters { get; } = [];

    /// <summary>The longest recorded input or output in bytes, 1,024 or more; longer ones are replaced by a marked preview. Default 1 MiB.</summary>
    public int MaxContentBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Fields of <see cref="LlmContext"/> that every call should have, for instance <c>UserId</c>. A call without one is counted by
    /// <c>llmstack.trace.context.missing</c>; the first of each field is a warning in the log. Default none.
    /// </summary>
    public IList<string> RequiredContext { get; } = [];

    /// <summary>
    /// Fields of <see cref="LlmContext"/> that travel to other processes as W3C baggage, where propagation is asked for, and that are taken
    /// from the baggage of incoming requests. Whoever sends a request chooses their values. Default none.
    /// </summary>
    public IList<string> Baggage { get; } = [];

    /// <summary>The longest baggage in bytes, 64 to 8,192; fields that no longer fit are left out. Default 2,048.</summary>
    public int MaxBaggageBytes { get; set; } = 2_048;

    /// <summary>How inputs, outputs and metadata of your own types become JSON, for trimmed and ahead-of-time compiled applications.</summary>
    public IJsonTypeInfoResolver? JsonTypeInfoResolver { get; set; }
}
