namespace LlmStack.Testing;

/// <summary>Plays one call: delays, failures and pieces in order, and writes down how it ended.</summary>
internal sealed class ScriptedPlayback(RecordedCall record, ScriptedPlan plan, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private int _position = -1;
    private bool _ended;

    /// <summary>The next piece; null when all were played and the answer is complete.</summary>
    public async ValueTask<string?> NextAsync()
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_position < 0)
            {
                await WaitAsync(plan.Delay).ConfigureAwait(false);
                _position = 0;
                if (plan.Failure is { } failure)
                {
                    throw failure(record.Number);
                }
            }
            else if (_position < plan.Pieces.Count)
            {
                await WaitAsync(plan.PieceDelay).ConfigureAwait(false);
            }

            if (plan.StallAfter is { } stall && _position >= Math.Min(stall, plan.Pieces.Count))
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
            }

            if (plan.CutAfter is { } cut && _position >= Math.Min(cut, plan.Pieces.Count))
            {
                throw new LlmException(LlmErrorKind.Network, $"Call {record.Number} loses its connection after {_position} pieces, as the script says.", new IOException("The connection was reset."))
                {
                    RequestId = record.RequestId,
                };
            }

            if (_position == plan.Pieces.Count)
            {
                return null;
            }

            string piece = plan.Pieces[_position++];
            record.CountPiece();
            return piece;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End(RecordedCallState.Cancelled, null);
            throw;
        }
        catch (Exception exception)
        {
            End(RecordedCallState.Failed, exception);
            throw;
        }
    }

    public void Complete() => End(RecordedCallState.Completed, null);

    /// <summary>Ends a call whose consumer went away: by cancellation when it was asked for, else by breaking off.</summary>
    public void Dispose() => End(cancellationToken.IsCancellationRequested ? RecordedCallState.Cancelled : RecordedCallState.Abandoned, null);

    private ValueTask WaitAsync(TimeSpan delay) => delay > TimeSpan.Zero ? new ValueTask(Task.Delay(delay, time, cancellationToken)) : ValueTask.CompletedTask;

    private void End(RecordedCallState state, Exception? exception)
    {
        if (!_ended)
        {
            _ended = true;
            record.End(state, exception, time.GetUtcNow());
        }
    }
}
