using LlmStack.Tracing;

namespace LlmStack.Diagnostics.Events;

/// <summary>Looks every few seconds whether the sinks deliver, and tells when that changes.</summary>
internal sealed class SinkWatch : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly LlmEventSource _events;
    private readonly List<(string Name, ITraceSinkStatus Sink)> _sinks = [];
    private readonly string?[] _reasons;
    private readonly ITimer? _timer;

    public SinkWatch(LlmEventSource events, IReadOnlyList<ITraceSink> sinks, TimeProvider time)
    {
        _events = events;
        foreach (ITraceSink sink in sinks)
        {
            if (sink is ITraceSinkStatus status)
            {
                _sinks.Add((sink.GetType().Name, status));
            }
        }

        _reasons = new string?[_sinks.Count];
        if (_sinks.Count > 0)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _timer = time.CreateTimer(static watch => ((SinkWatch)watch!).Look(), this, Interval, Interval);
            }
        }
    }

    public void Look()
    {
        lock (_sinks)
        {
            for (int i = 0; i < _sinks.Count; i++)
            {
                (string name, ITraceSinkStatus sink) = _sinks[i];
                string? reason = sink.PauseReason;
                if ((reason is null) == (_reasons[i] is null))
                {
                    continue;
                }

                _reasons[i] = reason;
                _events.Raise(reason is null
                    ? new LlmEvent { Kind = LlmEventKind.SinkRecovered, Subject = name, Message = $"{name} delivers again." }
                    : new LlmEvent { Kind = LlmEventKind.SinkTrouble, Subject = name, Message = $"{name} does not deliver: {reason}" });
            }
        }
    }

    public void Dispose() => _timer?.Dispose();
}
