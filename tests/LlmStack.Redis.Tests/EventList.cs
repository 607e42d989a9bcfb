namespace LlmStack.Redis.Tests;

/// <summary>Keeps the first event it is told.</summary>
internal sealed class EventList : IObserver<LlmEvent>
{
    private readonly TaskCompletionSource<LlmEvent> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<LlmEvent> FirstAsync() => _first.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void OnNext(LlmEvent value) => _first.TrySetResult(value);

    public void OnError(Exception error) => _first.TrySetException(error);

    public void OnCompleted()
    {
    }
}
