using System.Diagnostics;
using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>
/// A span being written: pooled, reused, versioned. The request path fills the fields of automatic spans itself; scopes reach a
/// user's span only through its version.
/// </summary>
internal sealed class SpanRecord : IContentCapture
{
    public int Version;
    public TraceId TraceId;
    public SpanId SpanId;
    public SpanId ParentSpanId;
    public bool IsAppRoot;
    public string Name = "";
    public ObservationType Type;
    public ObservationLevel Level;
    public string? StatusMessage;
    public LlmContext Context = LlmContext.Empty;
    public SpanRecord? Parent;
    public int ParentVersion;
    public Activity? Activity;

    /// <summary>Monotonic, <see cref="TimeProvider"/> ticks; 0 when not set.</summary>
    public long StartTimestamp;
    public long FirstTokenTimestamp;
    public long EndTimestamp;

    /// <summary>Wall time in nanoseconds since 1970, filled in by the tracer when the span ends.</summary>
    public long StartUnixNanos;
    public long FirstTokenUnixNanos;
    public long EndUnixNanos;

    /// <summary>Further metadata; values are text or JSON text. Null when none.</summary>
    public List<KeyValuePair<string, string>>? Metadata;

    // What only calls have.
    public string? Operation;
    public string? ProviderName;
    public string? Model;
    public string? ResponseModel;
    public string? ResponseId;
    public string? FinishReason;
    public string? ServerAddress;
    public int ServerPort;
    public bool Streaming;
    public ChatOptions? Options;
    public UsageDetails? Usage;
    public Deployment? Deployment;
    public LlmErrorKind? ErrorKind;
    public CallRoute? Route;
    public RouteAttempt? Attempt;
    private byte[] _input = [];
    private byte[] _output = [];

    /// <summary>The input as one JSON value, UTF-8; empty when none was captured. Masked and truncated already when sinks see it.</summary>
    public ReadOnlySpan<byte> InputJson => _input;

    /// <summary>The output as one JSON value, UTF-8; empty when none was captured.</summary>
    public ReadOnlySpan<byte> OutputJson => _output;

    public bool IsEnabled => true;

    public bool HasInput => _input.Length > 0;

    public void SetInput(ReadOnlySpan<byte> utf8Json) => _input = utf8Json.ToArray();

    public void SetOutput(ReadOnlySpan<byte> utf8Json) => _output = utf8Json.ToArray();

    /// <summary>Adds a piece of a streamed answer's text; the output is assembled as an OpenAI-shaped assistant message.</summary>
    public void AppendOutputText(ReadOnlySpan<char> text) => throw new NotSupportedException("seam");

    /// <summary>Adds a finished tool call of a streamed answer.</summary>
    public void AppendToolCall(string id, string name, IDictionary<string, object?>? arguments) => throw new NotSupportedException("seam");

    /// <summary>Hands input and output captured so far to <paramref name="other"/>, copying; used when a call turns out to need attempts of its own.</summary>
    public void CopyContentTo(SpanRecord other) => throw new NotSupportedException("seam");
}
