using System.Runtime.CompilerServices;
using LlmStack.Diagnostics;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>
/// The one path of a request: resolve → pick → attempt → classify → retry or fall back → account → trace. The only retry loop in
/// the product.
/// </summary>
internal sealed class CallRunner
{
    private readonly CallPlanner _planner;
    private readonly CallAccounting _accounting;
    private readonly CallPreparation _preparation;
    private readonly CallTrace _trace;
    private readonly HealthTracker _health;
    private readonly IAdmission _admission;
    private readonly TimeProvider _time;

    public CallRunner(CallPreparation preparation, CallPlanner planner, CallAccounting accounting, CallTrace trace, HealthTracker health, IAdmission admission, TimeProvider time)
    {
        _preparation = preparation;
        _planner = planner;
        _accounting = accounting;
        _trace = trace;
        _health = health;
        _admission = admission;
        _time = time;
    }

    /// <summary>Runs a call whose answer comes as a whole.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> CallAsync<TOperation, TResult>(TOperation operation, CallRequest request, CancellationToken cancellationToken)
        where TOperation : struct, ICallOperation<TResult>
    {
        CallState state = _preparation.Rent();
        try
        {
            _preparation.Begin<TOperation, TResult>(state, operation, request, cancellationToken);
            TResult result = await AttemptAsync<TOperation, TResult>(state, operation).ConfigureAwait(false);
            operation.Describe(result, ref state.Facts);
            CallRoute route = state.Route;
            _accounting.Succeeded(state, _time.GetTimestamp());
            return operation.Attach(result, route);
        }
        catch (LlmException error)
        {
            _accounting.CallFailed(state, error, _time.GetTimestamp());
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _accounting.CallCancelled(state, _time.GetTimestamp());
            throw;
        }
        catch (Exception ex)
        {
            throw _accounting.CallBroken(state, ex, _time.GetTimestamp());
        }
        finally
        {
            _preparation.Return(state);
        }
    }

    /// <summary>Runs a call whose answer is streamed; nothing is sent before the enumeration starts.</summary>
    public async IAsyncEnumerable<TUpdate> StreamAsync<TOperation, TUpdate, TTraits>(TOperation operation, CallRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TOperation : struct, ICallOperation<OpenStream<TUpdate>>
        where TUpdate : class
        where TTraits : struct, IUpdateTraits<TUpdate>
    {
        CallState state = _preparation.Rent();
        OpenStream<TUpdate>? stream = null;
        bool finished = false;
        try
        {
            try
            {
                _preparation.Begin<TOperation, OpenStream<TUpdate>>(state, operation, request, cancellationToken);
                stream = await AttemptAsync<TOperation, OpenStream<TUpdate>>(state, operation).ConfigureAwait(false);
            }
            catch (LlmException error)
            {
                finished = true;
                _accounting.CallFailed(state, error, _time.GetTimestamp());
                throw;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                finished = true;
                _accounting.CallCancelled(state, _time.GetTimestamp());
                throw;
            }
            catch (Exception ex)
            {
                finished = true;
                throw _accounting.CallBroken(state, ex, _time.GetTimestamp());
            }

            if (stream.HasContent)
            {
                state.FirstTokenAt = _time.GetTimestamp();
            }

            bool first = true;
            TUpdate? pending = null;
            int held = 0;
            while (true)
            {
                TUpdate update;
                if (held < stream.Held.Count)
                {
                    update = stream.Held[held++];
                }
                else if (stream.Ended)
                {
                    break;
                }
                else
                {
                    Exception? failure = null;
                    bool moved = false;
                    state.Clock.Expect(TimeLimit.Idle, _time.GetTimestamp(), _preparation.Ticks(state.Timeouts.Idle));
                    try
                    {
                        moved = state.RunsUserCode
                            ? await MoveNextAmbientAsync(stream, state).ConfigureAwait(false)
                            : await stream.Updates.MoveNextAsync().ConfigureAwait(false);
                    }
                    catch (Exception ex)
                    {
                        failure = ex;
                    }

                    state.Clock.Pause();
                    if (failure is not null)
                    {
                        finished = true;
                        await stream.CloseAsync().ConfigureAwait(false);
                        throw _accounting.StreamLost(state, failure, _time.GetTimestamp());
                    }

                    if (!moved)
                    {
                        break;
                    }

                    update = stream.Updates.Current;
                }

                if (state.FirstTokenAt == 0 && TTraits.HasContent(update))
                {
                    // Committed by too much metadata; only now comes the content.
                    state.FirstTokenAt = _time.GetTimestamp();
                }

                TTraits.Observe(update, state);
                bool isFirst = first;
                if (isFirst)
                {
                    first = false;
                    TTraits.Attach(update, state.Route, last: false);
                }

                // The adapter's last update waits until the stream has ended, because it carries the finished route.
                if (pending is not null)
                {
                    TUpdate ready = pending;
                    pending = null;
                    long handed = _time.GetTimestamp();
                    yield return ready;
                    state.ConsumerTicks += _time.GetTimestamp() - handed;
                }

                if (!isFirst && TTraits.CanCarryRoute(update))
                {
                    pending = update;
                    continue;
                }

                long given = _time.GetTimestamp();
                yield return update;
                state.ConsumerTicks += _time.GetTimestamp() - given;
            }

            TUpdate last = pending ?? TTraits.MakeLast(state);
            TTraits.Attach(last, state.Route, last: true);
            await stream.CloseAsync().ConfigureAwait(false);
            finished = true;
            _accounting.Succeeded(state, _time.GetTimestamp());
            yield return last;
        }
        finally
        {
            if (!finished)
            {
                // The consumer broke off (or its token fired while it had the item): close the connection, settle what was used.
                state.Clock.Abort();
                if (stream is not null)
                {
                    await stream.CloseAsync().ConfigureAwait(false);
                }

                _accounting.Abandoned(state, _time.GetTimestamp());
            }

            _preparation.Return(state);
        }
    }

    /// <summary>An ambient value set in an iterator reverts at each yield, so the span is made ambient for each step anew.</summary>
    private async ValueTask<bool> MoveNextAmbientAsync<TUpdate>(OpenStream<TUpdate> stream, CallState state)
        where TUpdate : class
    {
        using IDisposable? ambient = _trace.Enter(state);
        return await stream.Updates.MoveNextAsync().ConfigureAwait(false);
    }

    /// <summary>Attempts until one succeeds. On return an attempt is still open: plain calls settle it at once, streams at their end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> AttemptAsync<TOperation, TResult>(CallState state, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        bool waitedForRetry = false;
        bool first = true;
        while (true)
        {
            long now = _time.GetTimestamp();
            if (!first)
            {
                // Attempts and waits take time: cooldowns and windows have moved on since the last decision.
                state.Request = state.Request with { Timestamp = now };
            }

            first = false;
            CallDecision decision = waitedForRetry ? _planner.AfterRetryWait(state) : _planner.Next(state, now);
            waitedForRetry = false;
            if (decision.Failure is { } failure)
            {
                throw failure;
            }

            if (decision.Member is not { } member)
            {
                await _preparation.WaitAsync(state, decision.Wait).ConfigureAwait(false);
                waitedForRetry = state.AttemptsInGroup > 0;
                continue;
            }

            if (!_accounting.BeginAttempt(state, member, now))
            {
                // Somebody else took the last place under the limit since the pick; the next pick sees it.
                continue;
            }

            try
            {
                ProviderEntry provider = member.Deployment.ProviderEntry!;
                if (provider.RunsUserCode)
                {
                    using IDisposable? ambient = _trace.Enter(state);
                    TResult? result = await operation.InvokeAsync(provider, state, state.Clock.Token).ConfigureAwait(false);
                    return result ?? throw new LlmException(LlmErrorKind.InvalidResponse, $"The provider '{provider.Name}' returned null.") { Provider = provider.Name };
                }

                return await operation.InvokeAsync(provider, state, state.Clock.Token).ConfigureAwait(false);
            }
            catch (Exception ex)
            {
                _accounting.AttemptFailed(state, ex, _time.GetTimestamp());
            }
        }
    }
}
