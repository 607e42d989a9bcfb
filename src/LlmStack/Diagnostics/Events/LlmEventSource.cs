using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LlmStack.Diagnostics.Events;

/// <summary>Takes events from anywhere at any time, and tells the observers one at a time on a thread of the pool.</summary>
internal sealed class LlmEventSource : ILlmEvents, IThreadPoolWorkItem, IDisposable
{
    /// <summary>More than this are not kept waiting.</summary>
    public const int Capacity = 1024;

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<LlmEvent> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter<long>? _raised;
    private readonly Counter<long>? _dropped;
    private ImmutableArray<IObserver<LlmEvent>> _observers = [];
    private TaskCompletionSource? _idle;
    private bool _telling;
    private bool _ended;

    public LlmEventSource(TimeProvider time, ILogger<LlmEventSource> logger, IMeterFactory? meters = null)
    {
        _time = time;
        _logger = logger;
        if (meters?.Create(MetricNames.Meter) is { } meter)
        {
            _raised = meter.CreateCounter<long>(MetricNames.Events, "{event}", "Events told to operators, by kind.");
            _dropped = meter.CreateCounter<long>(MetricNames.EventsDropped, "{event}", "Events dropped because observers or the webhook were too slow.");
        }
    }

    /// <summary>Whether anybody listens.</summary>
    public bool IsObserved => !_observers.IsEmpty;

    /// <summary>Tells an event; its time is set here. Never blocks and never throws.</summary>
    public void Raise(LlmEvent happened)
    {
        _raised?.Add(1, new KeyValuePair<string, object?>(MetricNames.Kind, happened.Kind.ToString()));
        if (_observers.IsEmpty)
        {
            return;
        }

        LlmEvent dated = happened with { At = _time.GetUtcNow() };
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            if (_waiting.Count >= Capacity)
            {
                CountDropped(1);
                return;
            }

            _waiting.Enqueue(dated);
            if (_telling)
            {
                return;
            }

            _telling = true;
        }

        // Not the caller's context: an observer is none of his call's business.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Counts events that somebody behind this could not take.</summary>
    public void CountDropped(long count) => _dropped?.Add(count);

    public IDisposable Subscribe(IObserver<LlmEvent> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        bool ended;
        lock (_gate)
        {
            ended = _ended;
            if (!ended)
            {
                _observers = _observers.Add(observer);
            }
        }

        if (ended)
        {
            observer.OnCompleted();
        }

        return new Subscription(this, observer);
    }

    /// <summary>Ends when every event raised so far has been told.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
        {
            return _telling ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    public void Execute()
    {
        while (true)
        {
            LlmEvent? next;
            ImmutableArray<IObserver<LlmEvent>> observers;
            lock (_gate)
            {
                observers = _observers;
                if (!_waiting.TryDequeue(out next))
                {
                    _telling = false;
                    _idle?.TrySetResult();
                    _idle = null;
                    return;
                }
            }

            foreach (IObserver<LlmEvent> observer in observers)
            {
                Tell(observer, next);
            }
        }
    }

    /// <summary>Tells what still waits, within a bound, and that it is over.</summary>
    public void Dispose()
    {
        IdleAsync().Wait(LastWords);
        ImmutableArray<IObserver<LlmEvent>> observers;
        lock (_gate)
        {
            observers = _observers;
            _observers = [];
            _ended = true;
        }

        foreach (IObserver<LlmEvent> observer in observers)
        {
            Tell(observer, null);
        }
    }

    private void Tell(IObserver<LlmEvent> observer, LlmEvent? next)
    {
        try
        {
            if (next is null)
            {
                observer.OnCompleted();
            }
            else
            {
                observer.OnNext(next);
            }
        }
        catch (Exception failure)
        {
            LogMessages.ObserverFailed(_logger, failure.GetType().Name);
        }
    }

    private void Remove(IObserver<LlmEvent> observer)
    {
        lock (_gate)
        {
            _observers = _observers.Remove(observer);
        }
    }

    private sealed class Subscription(LlmEventSource source, IObserver<LlmEvent> observer) : IDisposable
    {
        public void Dispose() => source.Remove(observer);
    }
}
