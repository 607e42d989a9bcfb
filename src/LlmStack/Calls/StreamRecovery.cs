using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Decides what becomes of a stream that was lost after its first content: another deployment goes on, or the call fails loudly.</summary>
internal sealed class StreamRecovery(AttemptLoop loop, AttemptAccounting attempts, CallAccounting accounting, TimeProvider time)
{
    /// <summary>Settles the loss. What fails here has settled the call as well.</summary>
    public async ValueTask<Outcome<TUpdate>> RecoverAsync<TOperation, TUpdate, TTraits>(CallState state, TOperation operation, Exception thrown)
        where TOperation : struct, IStreamOperation<TUpdate>
        where TUpdate : class
        where TTraits : struct, IUpdateTraits<TUpdate>
    {
        CallAttempt attempt = state.Attempt;
        long now = time.GetTimestamp();
        LlmException? cause = FailureClassifier.Classify(state, attempt, thrown);
        if (cause is null)
        {
            accounting.CallCancelled(state, now);
            return new(null, null, FailureClassifier.Cancelled(state, thrown));
        }

        string delivered = state.Delivered + attempt.Text.ToString();
        bool continues = (state.Request.Routing?.OnStreamLost ?? state.Policy.OnStreamLost) == StreamLossBehavior.Continue
            && operation.IsContinuable
            && attempt.IsPlain
            && !attempt.Call.Report.HasBegunMoreThanText
            && delivered.Length > 0
            && cause.Retryability != LlmRetryability.Never;
        if (!continues)
        {
            return new(null, null, accounting.StreamLost(state, cause, delivered, now));
        }

        // The usage of this part, unless an update has told it already.
        UsageDetails? told = attempt.Facts.Usage;
        string lost = attempt.Member!.Deployment.Id;
        attempts.Failed(state, attempt, cause, now);
        UsageDetails? part = state.Route.WrittenAttempts![^1].Usage;
        state.Delivered = delivered;
        state.AddEarlierUsage(part);
        operation.ContinueAfter(delivered);
        try
        {
            OpenStream<TUpdate> stream = await loop.RunAsync<TOperation, OpenStream<TUpdate>>(state, operation).ConfigureAwait(false);
            var continuation = new StreamContinuation(lost, state.Attempt.Member!.Deployment.Id, cause.Kind, delivered.Length);
            return new(stream, TTraits.MakeContinuation(continuation, told is null ? part : null), null);
        }
        catch (LlmException)
        {
            // Nobody could go on: what matters to the consumer is the loss. The route lists who was asked.
            return new(null, null, accounting.StreamLost(state, cause, delivered, time.GetTimestamp()));
        }
        catch (Exception failure)
        {
            return new(null, null, accounting.Ended(state, failure, time.GetTimestamp()));
        }
    }

    /// <summary>The stream that goes on, with the update that announces it; or what to throw.</summary>
    internal readonly record struct Outcome<TUpdate>(OpenStream<TUpdate>? Stream, TUpdate? Announcement, Exception? Failure)
        where TUpdate : class;
}
