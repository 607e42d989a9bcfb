using LlmStack.Providers;

namespace LlmStack.Testing;

/// <summary>A provider under test together with its other side.</summary>
internal abstract class ConformanceStage : IAsyncDisposable
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<string> _requests = [];

    public abstract ILlmProvider Provider { get; }

    /// <summary>Whether the case at hand streams; the other side cannot always see it.</summary>
    public bool Streaming { get; set; }

    /// <summary>Completes when a call has arrived at the other side.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Completes when the other side noticed, while it was holding an answer back, that the caller is gone.</summary>
    public Task Gone => _gone.Task;

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public abstract ValueTask DisposeAsync();

    protected void Note(string request)
    {
        lock (_gate)
        {
            _requests.Add(request);
        }

        _arrived.TrySetResult();
    }

    protected void NoteGone() => _gone.TrySetResult();
}
