using System.Globalization;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>
/// Writes a call's spans. One attempt: the call is one generation. Several: the call is an unpriced span, and each attempt a
/// generation below it; the first of them is made, back-dated, when the second begins.
/// </summary>
internal sealed class CallTrace(LlmTracer tracer)
{
    public void Begin(CallState state)
    {
        if (!tracer.IsActive)
        {
            return;
        }

        SpanRecord? span = tracer.StartAutomatic(state.Group.SpanName(state.Operation), TypeOf(state.Operation), state.Started);
        if (span is null)
        {
            return;
        }

        span.Operation = NameOf(state.Operation);
        span.Streaming = state.Streaming;
        span.Options = state.Request.Options;
        state.Span = span;
        state.Route.SetTrace(span.TraceId, span.SpanId);
        state.Route.Tracer = tracer;
    }

    /// <summary>An attempt starts: decides where its content goes.</summary>
    public void BeginAttempt(CallState state)
    {
        SpanRecord? span = state.Span;
        state.Call.TraceParent = null;
        if (span is null)
        {
            state.Call.Capture = NoContentCapture.Instance;
            return;
        }

        if (state.Attempts > 1)
        {
            WriteFailure(state, span, final: false);
            state.AttemptSpan = StartAttempt(state, span, state.Attempts, state.AttemptStarted);
        }

        SpanRecord target = state.CaptureTarget!;
        Describe(target, state.Member!.Deployment);
        state.Call.Capture = target;
        if (state.Member!.Deployment.ProviderEntry!.PropagatesTrace)
        {
            state.Call.TraceParent = $"00-{target.TraceId}-{target.SpanId}-01";
        }
    }

    /// <summary>Makes the attempt's span ambient for adapters in which user code runs; null otherwise.</summary>
    public IDisposable? Enter(CallState state) =>
        state.CaptureTarget is { } span && state.Member!.Deployment.ProviderEntry!.RunsUserCode ? tracer.Enter(span) : null;

    /// <summary>Remembers a failed attempt. Whether it was repaired, or needs a span of its own, is known when the call goes on or ends.</summary>
    public static void AttemptFailed(CallState state, RouteAttempt attempt, LlmException error, long now)
    {
        if (state.Span is not null)
        {
            state.Failure = attempt;
            state.FailureError = error;
            state.FailureEnded = now;
        }
    }

    public void Succeeded(CallState state, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        if (state.AttemptSpan is { } attempt)
        {
            FinishLast(attempt, state);
            attempt.CopyContentTo(span);
            tracer.End(attempt, now);
            state.AttemptSpan = null;
            span.Type = ObservationType.Span;
            Describe(span, state.Member!.Deployment);
        }
        else
        {
            Finish(span, state);
        }

        span.Route = state.Route;
        tracer.End(span, now);
        state.Span = null;
    }

    public void Failed(CallState state, LlmException error, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        if (state.Attempts > 1)
        {
            WriteFailure(state, span, final: true);
            if (state.AttemptSpan is { } open)
            {
                // Ended by something else than a failure of the attempt.
                FinishLast(open, state);
                EndFailed(open, error, now, final: true);
                state.AttemptSpan = null;
            }
        }
        else if (state.Attempts == 1)
        {
            Finish(span, state);
            span.Usage = error.Usage ?? state.Facts.Usage;
        }

        span.Route = state.Route;
        EndFailed(span, error, now, final: true);
        state.Span = null;
    }

    public void Cancelled(CallState state, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        if (state.Failure is not null)
        {
            // Cancelled between two attempts.
            if (state.Attempts > 1)
            {
                WriteFailure(state, span, final: false);
            }
        }
        else if (state.AttemptSpan is { } attempt)
        {
            FinishLast(attempt, state);
            attempt.Level = ObservationLevel.Warning;
            attempt.StatusMessage = "cancelled";
            attempt.CopyContentTo(span);
            tracer.End(attempt, now);
            state.AttemptSpan = null;
            span.Type = ObservationType.Span;
        }
        else
        {
            Finish(span, state);
        }

        span.Route = state.Route;
        span.Level = ObservationLevel.Warning;
        span.StatusMessage = "cancelled";
        tracer.End(span, now);
        state.Span = null;
    }

    private static string AttemptName(int number) => number switch
    {
        1 => "attempt 1",
        2 => "attempt 2",
        3 => "attempt 3",
        _ => string.Create(CultureInfo.InvariantCulture, $"attempt {number}"),
    };

    private static string NameOf(LlmOperation operation) => operation switch
    {
        LlmOperation.Chat => "chat",
        LlmOperation.Embeddings => "embeddings",
        LlmOperation.TextCompletion => "text_completion",
        _ => "rerank",
    };

    private static ObservationType TypeOf(LlmOperation operation) => operation switch
    {
        LlmOperation.Embeddings => ObservationType.Embedding,
        LlmOperation.Rerank => ObservationType.Retriever,
        _ => ObservationType.Generation,
    };

    private static void Describe(SpanRecord span, Deployment deployment)
    {
        span.Deployment = deployment;
        span.Model = deployment.Model;
        ProviderEntry provider = deployment.ProviderEntry!;
        span.ProviderName = provider.SystemName;
        if (provider.Endpoint is { } endpoint)
        {
            span.ServerAddress = endpoint.Host;
            span.ServerPort = endpoint.Port;
        }
    }

    private static void Finish(SpanRecord span, CallState state)
    {
        FlushText(state, span);
        span.Usage = state.Facts.Usage;
        span.ResponseId = state.Facts.ResponseId;
        span.ResponseModel = state.Facts.ModelId;
        span.FinishReason = state.Facts.FinishReason;
        span.FirstTokenTimestamp = state.FirstTokenAt;
    }

    private static void FinishLast(SpanRecord attempt, CallState state)
    {
        Finish(attempt, state);
        List<RouteAttempt>? attempts = state.Route.WrittenAttempts;
        attempt.Attempt = attempts is { Count: > 0 } ? attempts[^1] : null;
    }

    /// <summary>Writes a stream's output for adapters that captured none themselves.</summary>
    private static void FlushText(CallState state, SpanRecord span)
    {
        if (span.HasOutput || !state.Streaming)
        {
            return;
        }

        if (!state.Text.IsEmpty)
        {
            span.AppendOutputText(state.Text.Text);
        }

        if (state.ToolCalls is { } calls)
        {
            foreach (FunctionCallContent call in calls)
            {
                span.AppendToolCall(call.CallId, call.Name, call.Arguments);
            }
        }
    }

    private SpanRecord StartAttempt(CallState state, SpanRecord span, int number, long started)
    {
        SpanRecord attempt = tracer.StartChild(span, AttemptName(number), TypeOf(state.Operation), started);
        attempt.Operation = span.Operation;
        attempt.Streaming = state.Streaming;
        attempt.Options = span.Options;
        return attempt;
    }

    /// <summary>Ends the span of the attempt that failed last; the first one's is made only now, with what the call's span holds.</summary>
    private void WriteFailure(CallState state, SpanRecord span, bool final)
    {
        if (state.Failure is not { } failure)
        {
            return;
        }

        SpanRecord attempt;
        if (state.AttemptSpan is { } open)
        {
            attempt = open;
            state.AttemptSpan = null;
        }
        else
        {
            attempt = StartAttempt(state, span, 1, state.FirstAttemptStarted);
            if (span.Deployment is { } deployment)
            {
                Describe(attempt, deployment);
            }

            span.CopyContentTo(attempt);
            span.Type = ObservationType.Span;
        }

        LlmException error = state.FailureError!;
        if (state.Attempts == state.Route.WrittenAttempts?.Count)
        {
            // No other attempt has begun since: what is known of an answer is this one's.
            Finish(attempt, state);
            attempt.CopyContentTo(span);
        }

        attempt.Attempt = failure;
        attempt.Usage = error.Usage ?? attempt.Usage;
        EndFailed(attempt, error, state.FailureEnded, final);
        state.Failure = null;
        state.FailureError = null;
    }

    private void EndFailed(SpanRecord span, LlmException error, long now, bool final)
    {
        span.ErrorKind = error.Kind;

        // A failure that another attempt repairs is a warning; only the one that ends the call is an error.
        span.Level = final ? ObservationLevel.Error : ObservationLevel.Warning;
        span.StatusMessage = error.Message;
        tracer.End(span, now);
    }
}
