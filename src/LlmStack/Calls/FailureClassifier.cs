using System.Globalization;
using LlmStack.Providers;

namespace LlmStack.Calls;

/// <summary>Turns what an adapter threw into the failure of an attempt; the adapters' own kinds pass unchanged.</summary>
internal static class FailureClassifier
{
    /// <summary>Null when the caller cancelled.</summary>
    public static LlmException? Classify(CallState state, CallAttempt attempt, Exception thrown)
    {
        // An adapter may see a cut socket before it sees the cancellation behind it: who cancelled decides.
        if (state.Caller.IsCancellationRequested)
        {
            return null;
        }

        TimeLimit limit = attempt.Clock.Fired;
        if (limit != TimeLimit.None)
        {
            return TimedOut(state, attempt, limit, thrown);
        }

        string provider = attempt.Member!.Deployment.Provider;
        LlmException failure = thrown switch
        {
            LlmException error => error,
            OperationCanceledException or TimeoutException => new LlmException(LlmErrorKind.Timeout, $"The provider '{provider}' cancelled the call by a time limit of its own.", thrown) { Provider = provider },
            _ => new LlmException(LlmErrorKind.Unknown, $"The provider '{provider}' threw {thrown.GetType().Name}.", thrown) { Provider = provider },
        };
        return attempt.RunsUserCode && attempt.Call.Report.ErrorPatterns is { } patterns ? Reclassified(patterns, provider, failure) : failure;
    }

    /// <summary>What users say of errors holds for adapters of their own and clients of others as well: what they threw, or what that was translated from.</summary>
    private static LlmException Reclassified(UserErrorPatterns patterns, string provider, LlmException failure)
    {
        LlmErrorKind? kind = patterns.Find(provider, failure.StatusCode, new ErrorWords(failure.InnerException?.Message ?? failure.Message, failure.ErrorCode));
        return kind is null || kind == failure.Kind
            ? failure
            : new LlmException(kind.Value, failure.Message, failure.InnerException)
            {
                RetryAfter = failure.RetryAfter,
                StatusCode = failure.StatusCode,
                ErrorCode = failure.ErrorCode,
                RequestId = failure.RequestId,
                Provider = failure.Provider,
                PartialText = failure.PartialText,
                Usage = failure.Usage,
            };
    }

    public static OperationCanceledException Cancelled(CallState state, Exception? thrown = null) =>
        new("The call was cancelled.", thrown, state.Caller);

    private static LlmException TimedOut(CallState state, CallAttempt attempt, TimeLimit limit, Exception thrown)
    {
        AttemptTimeouts timeouts = attempt.Timeouts;
        string deployment = attempt.Member!.Deployment.Id;
        string text = limit switch
        {
            TimeLimit.Connect => $"'{deployment}' could not be connected to within {Seconds(timeouts.Connect)} (ConnectTimeout).",
            TimeLimit.FirstToken => $"'{deployment}' sent no content within {Seconds(timeouts.FirstToken)} (FirstTokenTimeout).",
            TimeLimit.Idle => $"'{deployment}' stalled: no content for {Seconds(timeouts.Idle)} (IdleTimeout).",
            TimeLimit.Attempt => $"'{deployment}' did not finish within {Seconds(timeouts.Attempt)} (AttemptTimeout).",
            _ => $"The request did not finish within {Seconds(state.RequestTimeout)} (RequestTimeout or Deadline), the last attempt being at '{deployment}'.",
        };
        return new LlmException(LlmErrorKind.Timeout, text, thrown) { Provider = attempt.Member.Deployment.Provider };
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
