using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Makes the call of an attempt that has begun.</summary>
internal sealed class AttemptInvoker(CallTrace trace)
{
    public ValueTask<TResult> InvokeAsync<TOperation, TResult>(CallState state, CallAttempt attempt, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        ProviderEntry provider = attempt.Member!.Deployment.ProviderEntry!;
        return provider.RunsUserCode
            ? InvokeUserCodeAsync<TOperation, TResult>(state, attempt, operation, provider)
            : operation.InvokeAsync(provider, attempt, attempt.Clock.Token);
    }

    private async ValueTask<TResult> InvokeUserCodeAsync<TOperation, TResult>(CallState state, CallAttempt attempt, TOperation operation, ProviderEntry provider)
        where TOperation : struct, ICallOperation<TResult>
    {
        attempt.Clock.Token.ThrowIfCancellationRequested();
        attempt.HandedOver = !operation.Streaming;
        using IDisposable? ambient = trace.Enter(state, attempt);
        TResult? result = await operation.InvokeAsync(provider, attempt, attempt.Clock.Token).ConfigureAwait(false);
        return result ?? throw new LlmException(LlmErrorKind.InvalidResponse, $"The provider '{provider.Name}' returned null.") { Provider = provider.Name };
    }
}
