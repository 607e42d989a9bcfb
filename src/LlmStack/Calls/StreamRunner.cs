using System.Runtime.CompilerServices;
using LlmStack.Calls.Plans;
using LlmStack.Diagnostics;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>The one path of a streamed request: attempts until one has content, then its updates, then the settlement.</summary>
internal sealed class StreamRunner(CallPreparation preparation, AttemptLoop attempts, StreamRecovery recovery, CallAccounting accounting, CallTrace trace, Mirrors mirrors, CallMetrics metrics, TimeProvider time)
{
    /// <summary>Runs a call whose answer is streamed; nothing is sent before the enumeration starts.</summary>
    public async IAsyncEnumerable<TUpdate> StreamAsync<TOperation, TUpdate, TTraits>(TOperation operation, CallRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TOperation : struct, IStreamOperation<TUpdate>
        where TUpdate : class
        where TTraits : struct, IUpdateTraits<TUpdate>
    {
        CallState state = preparation.Rent();
        OpenStream<TUpdate>? stream = null;
        bool finished = false;
        try
        {
            try
            {
                preparation.Begin<TOperation, OpenStream<TUpdate>>(state, operation, request, cancellationToken);
                if (mirrors.PlanOf(state, request) is { } mirror)
                {
                    StartCopy<TOperation, TUpdate, TTraits>(mirror, operation, request);
                }

                stream = await attempts.RunAsync<TOperation, OpenStream<TUpdate>>(state, operation).ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                finished = true;
                Exception failure = accounting.Ended(state, thrown, time.GetTimestamp());
                if (ReferenceEquals(failure, thrown))
                {
                    throw;
                }

                throw failure;
            }

            TUpdate? first = null;
            TUpdate? pending = null;
            bool joins = false;
            NoteFirstToken(state, stream);
            int held = 0;
            bool timesChunks = metrics.TimesChunks;
            long lastChunk = 0;
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
                    CallAttempt reading = state.Attempt;
                    reading.Clock.Expect(TimeLimit.Idle, time.GetTimestamp(), preparation.Ticks(reading.Timeouts.Idle));
                    try
                    {
                        moved = reading.RunsUserCode
                            ? await MoveNextAmbientAsync(stream, state).ConfigureAwait(false)
                            : await stream.Updates.MoveNextAsync().ConfigureAwait(false);
                    }
                    catch (Exception ex)
                    {
                        failure = ex;
                    }

                    reading.Clock.Pause();
                    if (failure is not null)
                    {
                        await stream.CloseAsync().ConfigureAwait(false);
                        finished = true;
                        StreamRecovery.Outcome<TUpdate> outcome = await recovery.RecoverAsync<TOperation, TUpdate, TTraits>(state, operation, failure).ConfigureAwait(false);
                        if (outcome.Failure is { } lost)
                        {
                            throw lost;
                        }

                        finished = false;
                        stream = outcome.Stream!;
                        held = 0;
                        joins = true;
                        pending = null;
                        TUpdate announcement = outcome.Announcement!;
                        TTraits.Join(announcement, first!);
                        yield return announcement;
                        NoteFirstToken(state, stream);
                        continue;
                    }

                    if (!moved)
                    {
                        break;
                    }

                    update = stream.Updates.Current;
                }

                if (state.Attempt.FirstTokenAt == 0 && TTraits.HasContent(update))
                {
                    // Committed by too much metadata; only now comes the content.
                    state.Attempt.FirstTokenAt = time.GetTimestamp();
                }

                if (timesChunks && TTraits.HasContent(update))
                {
                    long arrived = time.GetTimestamp();
                    if (lastChunk != 0)
                    {
                        metrics.ChunkArrived(state.Operation, state.Route, time.GetElapsedTime(lastChunk, arrived));
                    }

                    lastChunk = arrived;
                }

                TTraits.Observe(update, state.Attempt);
                if (joins)
                {
                    TTraits.Join(update, first!);
                }

                bool isFirst = first is null;
                if (isFirst)
                {
                    first = update;
                    TTraits.Attach(update, state.Route, last: false);
                }

                // The adapter's last update waits until the stream has ended, because it carries the finished route.
                if (pending is not null)
                {
                    TUpdate ready = pending;
                    pending = null;
                    long handed = time.GetTimestamp();
                    yield return ready;
                    state.CountConsumer(time.GetTimestamp() - handed);
                }

                if (!isFirst && TTraits.CanCarryRoute(update))
                {
                    pending = update;
                    continue;
                }

                long given = time.GetTimestamp();
                yield return update;
                state.CountConsumer(time.GetTimestamp() - given);
            }

            TUpdate last = pending ?? TTraits.MakeLast(state.Attempt);
            TTraits.Attach(last, state.Route, last: true);
            await stream.CloseAsync().ConfigureAwait(false);
            finished = true;
            accounting.Succeeded(state, time.GetTimestamp());
            yield return last;
        }
        finally
        {
            if (!finished)
            {
                // The consumer broke off (or its token fired while it had the item): close the connection, settle what was used.
                state.Attempt.Clock.Abort();
                if (stream is not null)
                {
                    await stream.CloseAsync().ConfigureAwait(false);
                }

                accounting.CallCancelled(state, time.GetTimestamp());
            }

            preparation.Return(state);
        }
    }

    private void StartCopy<TOperation, TUpdate, TTraits>(MirrorPlan mirror, TOperation operation, CallRequest request)
        where TOperation : struct, IStreamOperation<TUpdate>
        where TUpdate : class
        where TTraits : struct, IUpdateTraits<TUpdate>
    {
        CallRequest copy = Mirrors.Copy(mirror, request);
        mirrors.Run(mirror, async cancellationToken =>
        {
            await foreach (TUpdate update in StreamAsync<TOperation, TUpdate, TTraits>(operation, copy, cancellationToken).ConfigureAwait(false))
            {
                // Read to its end, as the caller's stream is; the trace keeps what it says.
            }
        });
    }

    private void NoteFirstToken<TUpdate>(CallState state, OpenStream<TUpdate> stream)
        where TUpdate : class
    {
        // An answer that was judged before it is handed on began long ago.
        if (stream.HasContent && state.Attempt.FirstTokenAt == 0)
        {
            state.Attempt.FirstTokenAt = time.GetTimestamp();
        }
    }

    /// <summary>An ambient value set in an iterator reverts at each yield, so the span is made ambient for each step anew.</summary>
    private async ValueTask<bool> MoveNextAmbientAsync<TUpdate>(OpenStream<TUpdate> stream, CallState state)
        where TUpdate : class
    {
        using IDisposable? ambient = trace.Enter(state, state.Attempt);
        return await stream.Updates.MoveNextAsync().ConfigureAwait(false);
    }
}
