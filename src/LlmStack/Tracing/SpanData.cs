using System.Text;
using LlmStack.Catalog;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>A finished span, over pooled memory: valid during <see cref="ITraceSink.Emit(in SpanData)"/>.</summary>
public readonly struct SpanData
{
    private readonly SpanRecord _record;

    internal SpanData(SpanRecord record) => _record = record;

    internal SpanRecord Record => _record;

    /// <summary>The trace.</summary>
    public TraceId TraceId => _record.TraceId;

    /// <summary>The span.</summary>
    public SpanId SpanId => _record.SpanId;

    /// <summary>The parent; empty for a root.</summary>
    public SpanId ParentSpanId => _record.ParentSpanId;

    /// <summary>The name.</summary>
    public string Name => _record.Name;

    /// <summary>What it is.</summary>
    public ObservationType Type => _record.Type;

    /// <summary>How serious it is.</summary>
    public ObservationLevel Level => _record.Level;

    /// <summary>What went wrong, in words; null when nothing did.</summary>
    public string? StatusMessage => _record.StatusMessage;

    /// <summary>Who called and under which labels.</summary>
    public LlmContext Context => _record.Context;

    /// <summary>The model asked; null when the span is no call.</summary>
    public string? Model => _record.Model;

    /// <summary>Tokens used; null when unknown or when children carry them.</summary>
    public UsageDetails? Usage => _record.Usage;

    /// <summary>The route of the call; null when the span is no call.</summary>
    public CallRoute? Route => _record.Route;

    /// <summary>Whether the parent is an activity of somebody else, so that this is the topmost span that sinks see.</summary>
    public bool IsAppRoot => _record.IsAppRoot;

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset StartTime => Time(_record.StartUnixNanos);

    /// <summary>When it ended, in UTC; <see cref="StartTime"/> plus the monotonic <see cref="Duration"/>.</summary>
    public DateTimeOffset EndTime => Time(_record.EndUnixNanos);

    /// <summary>When the first content of a stream arrived; null when nothing was streamed.</summary>
    public DateTimeOffset? FirstTokenTime => _record.FirstTokenUnixNanos == 0 ? null : Time(_record.FirstTokenUnixNanos);

    /// <summary>How long it took, measured monotonically.</summary>
    public TimeSpan Duration => TimeSpan.FromTicks((_record.EndUnixNanos - _record.StartUnixNanos) / 100);

    /// <summary>The input as one JSON value in UTF-8; empty when none was recorded.</summary>
    public ReadOnlySpan<byte> InputJson => _record.InputJson;

    /// <summary>The output as one JSON value in UTF-8; empty when none was recorded.</summary>
    public ReadOnlySpan<byte> OutputJson => _record.OutputJson;

    /// <summary>Further labels of this span: text, or JSON text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => _record.Metadata ?? (IReadOnlyList<KeyValuePair<string, string>>)[];

    /// <summary>The operation of a call in OpenTelemetry's words, for instance <c>chat</c>; null when the span is no call.</summary>
    public string? Operation => _record.Operation;

    /// <summary>The provider in OpenTelemetry's words, for instance <c>openai</c>; null when the span is no call.</summary>
    public string? ProviderName => _record.ProviderName;

    /// <summary>The id of the deployment that was called; null when the span is no call.</summary>
    public string? Deployment => _record.DeploymentId;

    /// <summary>The model that answered, as the provider reported it; null when unknown.</summary>
    public string? ResponseModel => _record.ResponseModel;

    /// <summary>The provider's id of the answer; null when unknown.</summary>
    public string? ResponseId => _record.ResponseId;

    /// <summary>Why the model stopped, for instance <c>stop</c>; null when unknown.</summary>
    public string? FinishReason => _record.FinishReason;

    /// <summary>Whether the call streamed.</summary>
    public bool Streaming => _record.Streaming;

    /// <summary>Why the call failed; null when it did not.</summary>
    public LlmErrorKind? ErrorKind => _record.ErrorKind;

    /// <summary>The model's parameters; null when the span is no chat.</summary>
    public ChatOptions? Parameters => _record.Options;

    /// <summary>The managed prompt a call was made from; null when none was named.</summary>
    public PromptReference? Prompt => _record.Prompt;

    /// <summary>The attempt this span stands for; null when it is none, or the only one of its call.</summary>
    public RouteAttempt? Attempt => _record.Attempt;

    /// <summary>What <see cref="Usage"/> cost at this span's deployment, in US dollars; null when usage or price is unknown.</summary>
    public decimal? Cost => _record.Replayed is { } replayed ? replayed.CostTotal : CostCalculator.TryCompute(_record.Deployment?.Price, _record.Usage, _record.Billing, out CostAmounts amounts) ? amounts.Total : null;

    /// <summary>The input as text; null when none was recorded.</summary>
    public string? GetInputJson() => InputJson.IsEmpty ? null : Encoding.UTF8.GetString(InputJson);

    /// <summary>The output as text; null when none was recorded.</summary>
    public string? GetOutputJson() => OutputJson.IsEmpty ? null : Encoding.UTF8.GetString(OutputJson);

    /// <summary>A copy that stays valid after <see cref="ITraceSink.Emit(in SpanData)"/> has returned.</summary>
    public SpanData ToOwned() => new(_record.ToOwned());

    /// <summary>Type, name, trace and span; no content.</summary>
    public override string ToString() => $"{ObservationTypes.NameOf(Type)} {Name} {TraceId}/{SpanId}";

    private static DateTimeOffset Time(long unixNanos) => DateTimeOffset.UnixEpoch.AddTicks(unixNanos / 100);
}
