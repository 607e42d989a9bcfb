using System.Runtime.CompilerServices;

namespace LlmStack.Tracing;

/// <summary>Runs work inside a trace of its own, and marks what it throws.</summary>
internal static class TraceBody
{
    public static Task Run(ILlmTracer tracer, string name, Func<TraceScope, Task> body, TraceContext? context)
    {
        Check(name, body);
        return RunAsync(tracer, name, body, context);
    }

    public static Task<TResult> Run<TResult>(ILlmTracer tracer, string name, Func<TraceScope, Task<TResult>> body, TraceContext? context)
    {
        Check(name, body);
        return RunAsync(tracer, name, body, context);
    }

    private static void Check(string name, Delegate body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
    }

    private static async Task RunAsync(ILlmTracer tracer, string name, Func<TraceScope, Task> body, TraceContext? context)
    {
        TraceScope trace = tracer.StartTrace(name, context);
        await using ConfiguredAsyncDisposable ending = trace.ConfigureAwait(false);
        try
        {
            await body(trace).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            trace.Fail(exception);
            throw;
        }
    }

    private static async Task<TResult> RunAsync<TResult>(ILlmTracer tracer, string name, Func<TraceScope, Task<TResult>> body, TraceContext? context)
    {
        TraceScope trace = tracer.StartTrace(name, context);
        await using ConfiguredAsyncDisposable ending = trace.ConfigureAwait(false);
        try
        {
            return await body(trace).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            trace.Fail(exception);
            throw;
        }
    }
}
