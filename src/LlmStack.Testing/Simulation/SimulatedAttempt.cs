using System.Threading.Tasks.Sources;
using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing.Simulation;

/// <summary>An answer that is under way in virtual time. Pooled; whoever waits goes on inline when it arrives.</summary>
internal sealed class SimulatedAttempt(SimulatedProvider provider) : IValueTaskSource<ChatResponse>, IVirtualEvent
{
    private ManualResetValueTaskSourceCore<ChatResponse> _answer;
    private CancellationTokenRegistration _registration;
    private SimulatedOutcome _outcome;
    private int _inputTokens;
    private int _version;

    public ValueTask<ChatResponse> Start(ProviderCall call, in SimulatedOutcome outcome, int inputTokens, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _outcome = outcome;
        _inputTokens = inputTokens;
        call.Report.StatusCode = outcome.Failure is { } kind ? ScriptedPlan.StatusOf(kind) : 200;
        _registration = cancellationToken.UnsafeRegister(static (attempt, token) => ((SimulatedAttempt)attempt!).Cancel(token), this);
        if (!outcome.Hangs)
        {
            VirtualTime time = provider.World.Time;
            time.Schedule(time.GetTimestamp() + outcome.FirstToken + outcome.Rest, this, _version);
        }

        return new ValueTask<ChatResponse>(this, _answer.Version);
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
            _answer.SetException(provider.Failure(kind, _outcome.RetryAfter));
        }
        else
        {
            _answer.SetResult(provider.Answer(_inputTokens, _outcome.OutputTokens));
        }
    }

    public ChatResponse GetResult(short token)
    {
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            _answer.Reset();
            provider.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _answer.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken)
    {
        _version++;
        _answer.SetException(new OperationCanceledException(cancellationToken));
    }
}
