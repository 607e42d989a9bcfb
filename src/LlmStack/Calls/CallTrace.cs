using System.Globalization;
using LlmStack.Diagnostics;
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
    private const string Cancellation = "cancelled";

    /// <summary>Who calls; outside every scope, what came with the request that is being served.</summary>
    public LlmContext CurrentContext => tracer.CurrentContext;

    public void Begin(CallState state)
    {
        if (!tracer.IsActive)
        {
            return;
        }

        FunctionInvocation.Complete(state.Request.Messages);
        string operation = MetricNames.NameOf(state.Operation);
        SpanRecord? span = tracer.StartAutomatic(state.Group.SpanName(state.Operation), TypeOf(state.Operation), state.Started, state.Request.Context, operation);
        if (span is null)
        {
            return;
        }

        span.Operation = operation;
        span.Prompt = state.Request.Routing?.Prompt;
        span.Streaming = state.Streaming;
        span.Options = state.Request.Options;
        span.BoundRegion = state.Request.Routing?.Region;
        state.Span = span;
        state.Route.SetTrace(span.TraceId, span.SpanId);
        state.Route.Tracer = tracer;
        state.Route.Project = span.Context.Project;
    }

    /// <summary>An attempt starts: decides where its content goes.</summary>
    public void BeginAttempt(CallState state, CallAttempt attempt)
    {
        attempt.Call.TraceParent = null;
        if (state.Span is not { } span)
        {
            attempt.Call.Capture = NoContentCapture.Instance;
            return;
        }

        if (state.Attempts > 1)
        {
            WriteFailure(state, span, final: false);
            attempt.Span = StartAttempt(state, span, state.Attempts, attempt.Started);
        }

        SpanRecord target = attempt.Span ?? span;
        Describe(target, attempt.Member!.Deployment);
        attempt.Call.Capture = target;
        if (attempt.Member!.Deployment.ProviderEntry!.PropagatesTrace)
        {
            attempt.Call.TraceParent = $"00-{target.TraceId}-{target.SpanId}-01";
        }
    }

    /// <summary>Makes the attempt's span ambient for adapters in which user code runs; null otherwise.</summary>
    public IDisposable? Enter(CallState state, CallAttempt attempt) =>
        attempt.RunsUserCode && (attempt.Span ?? state.Span) is { } span ? tracer.Enter(span) : null;

    /// <summary>Makes the call's span ambient, for calls made on its behalf; null when nothing is recorded.</summary>
    public IDisposable? EnterCall(CallState state) => state.Span is { } span ? tracer.Enter(span) : null;

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

    /// <summary>Ends the span of an attempt beside which another one goes on or has won.</summary>
    public void Overtaken(CallState state, CallAttempt attempt, RouteAttempt entry, LlmException? error, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        if (ReferenceEquals(state.Failure, entry))
        {
            state.Failure = null;
            state.FailureError = null;
        }

        SpanRecord own = attempt.Span ?? Split(state, span, attempt);
        attempt.Span = null;
        Finish(own, state, attempt);
        own.Attempt = entry;
        own.Usage = entry.Usage;
        own.ErrorKind = error?.Kind;
        own.Level = ObservationLevel.Warning;
        own.StatusMessage = error?.Message ?? entry.Rejection ?? Cancellation;
        tracer.End(own, now);
    }

    public void Succeeded(CallState state, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        CallAttempt attempt = state.Attempt;
        if (state.Attempts > 1)
        {
            WriteFailure(state, span, final: false);
            SpanRecord own = attempt.Span ?? Split(state, span, attempt);
            FinishLast(own, state, attempt);
            own.CopyContentTo(span);
            if (state.Delivered.Length > 0)
            {
                span.ReplaceOutputText(state.Delivered, attempt.Text.Text);
            }

            tracer.End(own, now);
            attempt.Span = null;
            Describe(span, attempt.Member!.Deployment);
        }
        else
        {
            Finish(span, state, attempt);
        }

        span.Route = state.Route;
        if (span.Parent is { Function.IsTool: false } loop && loop.Version == span.ParentVersion)
        {
            loop.ShowCall(span);
        }

        tracer.End(span, now);
        state.Span = null;
    }

    public void Failed(CallState state, LlmException error, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        CallAttempt attempt = state.Attempt;
        if (state.Attempts > 1)
        {
            WriteFailure(state, span, final: true);
            if (attempt.Span is { } open)
            {
                // Ended by something else than a failure of the attempt.
                FinishLast(open, state, attempt);
                EndFailed(state, open, error, now, final: true);
                attempt.Span = null;
            }
        }
        else if (state.Attempts == 1)
        {
            Finish(span, state, attempt);
            RouteAttempt? written = state.Route.WrittenAttempts?[^1];
            span.Usage = error.Usage ?? written?.Usage ?? attempt.Facts.Usage;
            span.Billing = written?.Billing ?? span.Billing;
        }

        span.Route = state.Route;
        EndFailed(state, span, error, now, final: true);
        state.Span = null;
    }

    /// <summary>Ends the spans of a cancelled call, of which an attempt was under way or not.</summary>
    public void Cancelled(CallState state, bool wasUnderWay, long now)
    {
        if (state.Span is not { } span)
        {
            return;
        }

        CallAttempt attempt = state.Attempt;
        if (state.Failure is not null)
        {
            // Cancelled between two attempts.
            if (state.Attempts > 1)
            {
                WriteFailure(state, span, final: false);
            }
        }
        else if ((attempt.Span ?? (wasUnderWay && state.Attempts > 1 ? Split(state, span, attempt) : null)) is { } own)
        {
            FinishLast(own, state, attempt);
            own.Level = ObservationLevel.Warning;
            own.StatusMessage = Cancellation;
            own.CopyContentTo(span);
            tracer.End(own, now);
            attempt.Span = null;
            span.Type = ObservationType.Span;
        }
        else
        {
            FinishLast(span, state, attempt);
            span.Attempt = null;
        }

        span.Route = state.Route;
        span.Level = ObservationLevel.Warning;
        span.StatusMessage = Cancellation;
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

    private static ObservationType TypeOf(LlmOperation operation) => operation switch
    {
        LlmOperation.Embeddings => ObservationType.Embedding,
        LlmOperation.Rerank => ObservationType.Retriever,
        LlmOperation.Moderation => ObservationType.Guardrail,
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

    private static void Finish(SpanRecord span, CallState state, CallAttempt attempt)
    {
        ShowInput(state, span);
        ShowOutput(state, attempt, span);
        span.Usage = attempt.Facts.Usage;
        span.Billing = attempt.Billing;
        span.ResponseId = attempt.Facts.ResponseId;
        span.ResponseModel = attempt.Facts.ModelId;
        span.FinishReason = attempt.Facts.FinishReason;
        span.FirstTokenTimestamp = attempt.FirstTokenAt;
        if (attempt.Facts.TopK is { } top)
        {
            span.AddMetadata(RetrievalKeys.TopK, top.ToString(CultureInfo.InvariantCulture));
        }

        if (attempt.Facts.Documents is { } documents)
        {
            span.AddMetadata(RetrievalKeys.DocumentCount, documents.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Finishes the span of the attempt that was written onto the route last, with what it is taken to have used.</summary>
    private static void FinishLast(SpanRecord span, CallState state, CallAttempt attempt)
    {
        Finish(span, state, attempt);
        List<RouteAttempt>? attempts = state.Route.WrittenAttempts;
        span.Attempt = attempts is { Count: > 0 } ? attempts[^1] : null;
        span.Usage = span.Attempt?.Usage ?? span.Usage;
        span.Billing = span.Attempt?.Billing ?? span.Billing;
    }

    /// <summary>Writes the conversation for adapters that captured none themselves.</summary>
    private static void ShowInput(CallState state, SpanRecord span)
    {
        if (!span.HasInput && state.Request.Messages is { } messages)
        {
            span.Show(messages, null);
        }
    }

    /// <summary>Writes the answer, of the same shape plain and streamed, for adapters that captured none themselves.</summary>
    private static void ShowOutput(CallState state, CallAttempt attempt, SpanRecord span)
    {
        if (span.HasOutput)
        {
            return;
        }

        for (int i = 0; i < (attempt.Facts.Answer?.Count ?? 0); i++)
        {
            span.AppendMessage(attempt.Facts.Answer![i]);
        }

        if (!attempt.Text.IsEmpty)
        {
            span.AppendOutputText(attempt.Text.Text);
        }

        if (attempt.ToolCalls is { } calls)
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
        attempt.Prompt = span.Prompt;
        attempt.Route = state.Route;
        attempt.BoundRegion = span.BoundRegion;
        return attempt;
    }

    /// <summary>Gives the first attempt, written into the call's span so far, a span of its own.</summary>
    private SpanRecord Split(CallState state, SpanRecord span, CallAttempt attempt)
    {
        SpanRecord own = StartAttempt(state, span, 1, attempt.Started);
        Describe(own, attempt.Member!.Deployment);
        span.CopyContentTo(own);
        span.Type = ObservationType.Span;
        return own;
    }

    /// <summary>Ends the span of the attempt that failed last; the first one's is made only now, with what the call's span holds.</summary>
    private void WriteFailure(CallState state, SpanRecord span, bool final)
    {
        if (state.Failure is not { } failure)
        {
            return;
        }

        CallAttempt attempt = state.Attempt;
        SpanRecord own;
        if (attempt.Span is { } open)
        {
            own = open;
            attempt.Span = null;
        }
        else
        {
            own = StartAttempt(state, span, 1, state.FirstAttemptStarted);
            if (span.Deployment is { } deployment)
            {
                Describe(own, deployment);
            }

            span.CopyContentTo(own);
            span.Type = ObservationType.Span;
        }

        LlmException error = state.FailureError!;
        if (state.Attempts == state.Route.WrittenAttempts?.Count)
        {
            // No other attempt has begun since: what is known of an answer is this one's.
            Finish(own, state, attempt);
            own.CopyContentTo(span);
        }

        own.Attempt = failure;
        own.Usage = failure.Usage;
        own.Billing = failure.Billing;
        EndFailed(state, own, error, state.FailureEnded, final);
        state.Failure = null;
        state.FailureError = null;
    }

    private void EndFailed(CallState state, SpanRecord span, LlmException error, long now, bool final)
    {
        ShowInput(state, span);
        span.ErrorKind = error.Kind;

        // A failure that another attempt repairs is a warning; only the one that ends the call is an error.
        span.Level = final ? ObservationLevel.Error : ObservationLevel.Warning;
        span.StatusMessage = error.Message;
        tracer.End(span, now);
    }
}
