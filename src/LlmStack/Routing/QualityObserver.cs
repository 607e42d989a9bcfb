using LlmStack.Tracing;

namespace LlmStack.Routing;

/// <summary>Leads scores of calls, also later ones and those of traces that were sampled out, to what is known of the deployment that served.</summary>
internal sealed class QualityObserver(QualityBook book) : IScoreObserver
{
    /// <summary>The most calls remembered; scores of older ones teach nothing.</summary>
    public const int Capacity = 10_000;

    private readonly BoundedMap<SpanId, ServedCall> _calls = new(Capacity);

    /// <summary>Remembers who served a call.</summary>
    public void Served(CallRoute route, string? feature)
    {
        if (book.Learns && route is { ObservationId: { } observation, Served: { } deployment })
        {
            Remember(observation, deployment, feature);
        }
    }

    public void OnScore(in ScoreData score)
    {
        if (score is { DataType: ScoreDataType.Numeric or ScoreDataType.Boolean, ObservationId: { } observation }
            && book.Find(score.Name) is { } table
            && double.IsFinite(score.Value)
            && _calls.Find(observation) is { } call)
        {
            table.Learn(call.Deployment, call.Feature, Math.Clamp(score.Value, 0, 1));
        }
    }

    /// <summary>Apart from its caller, where the closure would be allocated for every call.</summary>
    private void Remember(SpanId observation, Deployment deployment, string? feature) =>
        _calls.GetOrAdd(observation, _ => new ServedCall(deployment, feature));

    private sealed record ServedCall(Deployment Deployment, string? Feature);
}
