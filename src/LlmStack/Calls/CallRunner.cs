using System.Runtime.CompilerServices;
using LlmStack.Calls.Plans;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>The one path of a request whose answer comes as a whole: resolve → attempts until one succeeds → account → trace.</summary>
internal sealed class CallRunner(CallPreparation preparation, AttemptLoop attempts, CallAccounting accounting, Mirrors mirrors, TimeProvider time)
{
    /// <summary>Runs a call.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> CallAsync<TOperation, TResult>(TOperation operation, CallRequest request, CancellationToken cancellationToken)
        where TOperation : struct, ICallOperation<TResult>
    {
        CallState state = preparation.Rent();
        try
        {
            preparation.Begin<TOperation, TResult>(state, operation, request, cancellationToken);
            if (mirrors.PlanOf(state, request) is { } mirror)
            {
                StartCopy<TOperation, TResult>(mirror, operation, request);
            }

            TResult result = await attempts.RunAsync<TOperation, TResult>(state, operation).ConfigureAwait(false);
            operation.Describe(result, ref state.Attempt.Facts);
            CallRoute route = state.Route;
            accounting.Succeeded(state, time.GetTimestamp());
            return operation.Attach(result, route);
        }
        catch (Exception thrown)
        {
            Exception failure = accounting.Ended(state, thrown, time.GetTimestamp());
            if (ReferenceEquals(failure, thrown))
            {
                throw;
            }

            throw failure;
        }
        finally
        {
            preparation.Return(state);
        }
    }

    private void StartCopy<TOperation, TResult>(MirrorPlan mirror, TOperation operation, CallRequest request)
        where TOperation : struct, ICallOperation<TResult>
    {
        operation.Detach();
        CallRequest copy = Mirrors.Copy(mirror, request);
        mirrors.Run(mirror, cancellationToken => CallAsync<TOperation, TResult>(operation, copy, cancellationToken).AsTask());
    }
}
