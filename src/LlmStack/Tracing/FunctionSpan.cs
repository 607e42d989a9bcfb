using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>The span of a function-invoking loop, or of one tool that it runs.</summary>
internal sealed class FunctionSpan(LlmTracer tracer, SpanRecord? span, AmbientScope scope, bool isTool, string? callId, FunctionSpan? loop)
{
    private readonly List<FunctionSpan> _waiting = [];
    private long _ended;

    public bool IsTool => isTool;

    public AmbientScope Scope => scope;

    /// <summary>Ends it as its activity did. A tool waits for the request that follows, which alone shows what it was given and gave back.</summary>
    public void End(Activity activity)
    {
        Scope.Close();
        ReleaseTools(null);
        if (span is not { } record)
        {
            return;
        }

        if (activity.Status == ActivityStatusCode.Error)
        {
            record.Level = ObservationLevel.Error;
            record.StatusMessage = TraceLimits.Status(activity.StatusDescription);
            record.ErrorType = activity.GetTagItem(GenAiNames.ErrorType) as string;
        }

        _ended = tracer.Now;
        if (!isTool || loop is null || !loop.Wait(this))
        {
            tracer.End(record, _ended);
        }
    }

    /// <summary>Ends the tools that wait, with what <paramref name="messages"/> say of them.</summary>
    public void ReleaseTools(IReadOnlyList<ChatMessage>? messages)
    {
        FunctionSpan[] tools;
        lock (_waiting)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            tools = [.. _waiting];
            _waiting.Clear();
        }

        foreach (FunctionSpan tool in tools)
        {
            tool.Release(messages);
        }
    }

    private bool Wait(FunctionSpan tool)
    {
        lock (_waiting)
        {
            if (Scope.IsClosed)
            {
                return false;
            }

            _waiting.Add(tool);
            return true;
        }
    }

    private void Release(IReadOnlyList<ChatMessage>? messages)
    {
        SpanRecord record = span!;
        for (int i = (messages?.Count ?? 0) - 1; i >= 0 && record.IsEnabled && callId is not null && !(record.HasInput && record.HasOutput); i--)
        {
            foreach (AIContent content in messages![i].Contents)
            {
                if (content is FunctionResultContent result && result.CallId == callId && !record.HasOutput)
                {
                    Write(record, result.Result, input: false);
                }
                else if (content is FunctionCallContent call && call.CallId == callId && !record.HasInput)
                {
                    Write(record, call.Arguments, input: true);
                }
            }
        }

        tracer.End(record, _ended);
    }

    private void Write(SpanRecord record, object? value, bool input)
    {
        ContentBuffer buffer = ContentBufferPool.Rent(tracer.MaxContentBytes);
        if (input)
        {
            tracer.Values.WriteArguments(buffer, (IDictionary<string, object?>?)value);
            record.TakeInput(buffer);
        }
        else
        {
            tracer.Values.Write(buffer, value);
            record.TakeOutput(buffer);
        }

        ContentBufferPool.Return(buffer);
    }
}
