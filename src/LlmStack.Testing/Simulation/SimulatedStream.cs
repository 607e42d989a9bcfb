using System.Threading.Tasks.Sources;
using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing.Simulation;

/// <summary>A stream that is under way in virtual time: a first piece, a second half, and the usage at the end.</summary>
internal sealed class SimulatedStream : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>, IValueTaskSource<bool>, IVirtualEvent
{
    private readonly SimulatedProvider _provider;
    private readonly SimulatedOutcome _outcome;
    private readonly int _inputTokens;
    private readonly CancellationToken _cancellation;
    private ManualResetValueTaskSourceCore<bool> _next;
    private CancellationTokenRegistration _registration;
    private int _version;
    private int _piece;

    public SimulatedStream(SimulatedProvider provider, ProviderCall call, SimulatedOutcome outcome, int inputTokens, CancellationToken cancellationToken)
    {
        _provider = provider;
        _outcome = outcome;
        _inputTokens = inputTokens;
        _cancellation = cancellationToken;
        call.Report.StatusCode = outcome.Failure is { } kind ? ScriptedPlan.StatusOf(kind) : 200;
    }

    public ChatResponseUpdate Current { get; private set; } = null!;

    public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

    public ValueTask<bool> MoveNextAsync()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_piece == 2)
        {
            _piece++;
            Current = new RoutedChatResponseUpdate
            {
                Contents = [new UsageContent(SimulatedProvider.Usage(_inputTokens, _outcome.OutputTokens))],
                FinishReason = ChatFinishReason.Stop,
            };
            return new ValueTask<bool>(true);
        }

        if (_piece > 2)
        {
            return new ValueTask<bool>(false);
        }

        _next.Reset();
        _registration = _cancellation.UnsafeRegister(static (stream, token) => ((SimulatedStream)stream!).Cancel(token), this);
        if (!_outcome.Hangs)
        {
            VirtualTime time = _provider.World.Time;
            time.Schedule(time.GetTimestamp() + (_piece == 0 ? _outcome.FirstToken : _outcome.Rest), this, _version);
        }

        return new ValueTask<bool>(this, _next.Version);
    }

    public void Fire(int version)
    {
        if (version != _version)
        {
            return;
        }

        _version++;
        _registration.Dispose();
        if (_outcome.Failure is { } kind)
        {
            _next.SetException(_provider.Failure(kind, _outcome.RetryAfter));
        }
        else if (_outcome.Cut && _piece == 1)
        {
            _next.SetException(_provider.Failure(LlmErrorKind.Network, retryAfter: null));
        }
        else
        {
            _piece++;
            Current = new RoutedChatResponseUpdate { Role = ChatRole.Assistant, Contents = [new TextContent("simulated")] };
            _next.SetResult(true);
        }
    }

    public bool GetResult(short token) => _next.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _next.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _next.OnCompleted(continuation, state, token, flags);

    public ValueTask DisposeAsync()
    {
        _registration.Dispose();
        _version++;
        return ValueTask.CompletedTask;
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        _version++;
        _next.SetException(new OperationCanceledException(cancellationToken));
    }
}
