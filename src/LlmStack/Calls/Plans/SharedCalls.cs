using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>
/// Single flight: identical calls of one caller that run at the same time share one answer. The call runs for as long as anybody waits
/// for it, whoever began it; nothing is kept once it has ended.
/// </summary>
internal sealed class SharedCalls(SnapshotSource snapshots, SharedRoutes routes, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SharedCallKey, Flight> _flights = [];

    /// <summary>Calls under way that others may join.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _flights.Count;
            }
        }
    }

    /// <summary>The key under which a call may be shared; null when it may not.</summary>
    public SharedCallKey? KeyOf(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options, RoutingOptions? routing)
    {
        RoutingSnapshot snapshot = snapshots.Current;
        return snapshot.SharesCalls && snapshot.Resolve(model).Group.Plans is { SingleFlight: true }
            ? SharedCallKey.Of(model, messages, options, routing, routes.CurrentContext)
            : null;
    }

    /// <summary>Joins the call under way, or makes it.</summary>
    /// <exception cref="OperationCanceledException">This caller cancelled; the call goes on while others wait.</exception>
    public async Task<ChatResponse> RunAsync(SharedCallKey key, string model, Func<CancellationToken, Task<ChatResponse>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long started = time.GetTimestamp();
        Flight? flight;
        bool leads;
        lock (_gate)
        {
            leads = !_flights.TryGetValue(key, out flight);
            if (leads)
            {
                _flights.Add(key, flight = new Flight());
            }

            flight!.Waiters++;
        }

        if (leads)
        {
            flight.Begin(RunAsync(key, flight, call));
        }

        try
        {
            ChatResponse response = await flight.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            return leads ? response : Share(response, model, started);
        }
        catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call was cancelled.", cancelled, cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private async Task<ChatResponse> RunAsync(SharedCallKey key, Flight flight, Func<CancellationToken, Task<ChatResponse>> call)
    {
        try
        {
            return await call(flight.Stop.Token).ConfigureAwait(false);
        }
        finally
        {
            // Whoever comes from here on makes a call of his own.
            lock (_gate)
            {
                Remove(key, flight);
            }
        }
    }

    private void Leave(SharedCallKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiters > 0)
            {
                return;
            }

            Remove(key, flight);
        }

        flight.Stop.Cancel();
    }

    private void Remove(SharedCallKey key, Flight flight)
    {
        if (_flights.TryGetValue(key, out Flight? current) && ReferenceEquals(current, flight))
        {
            _flights.Remove(key);
        }
    }

    /// <summary>A copy of the answer with a route of its own, on which nothing was paid.</summary>
    private RoutedChatResponse Share(ChatResponse answer, string model, long started)
    {
        CallRoute made = answer.GetRoute()!;
        CallRoute route = SharedRoutes.Begin(model, made);
        routes.End(route, made, started, firstToken: null, answer.Messages);
        var messages = new List<ChatMessage>(answer.Messages.Count);
        foreach (ChatMessage message in answer.Messages)
        {
            messages.Add(message.Clone());
        }

        return new RoutedChatResponse
        {
            Messages = messages,
            ResponseId = answer.ResponseId,
            ModelId = answer.ModelId,
            CreatedAt = answer.CreatedAt,
            FinishReason = answer.FinishReason,
            Route = route,
        };
    }

    private sealed class Flight
    {
        private readonly TaskCompletionSource<ChatResponse> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Guarded by the gate.</summary>
        public int Waiters { get; set; }

        public CancellationTokenSource Stop { get; } = new();

        public Task<ChatResponse> Answer => _answer.Task;

        public void Begin(Task<ChatResponse> call) => _ = CompleteAsync(call);

        private async Task CompleteAsync(Task<ChatResponse> call)
        {
            try
            {
                _answer.TrySetResult(await call.ConfigureAwait(false));
            }
            catch (Exception failure)
            {
                _answer.TrySetException(failure);

                // Everybody may have left; then nobody looks at it.
                _ = _answer.Task.Exception;
            }
        }
    }
}
