using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tracing;

/// <summary>Notices calls whose context lacks a field that every call should have: one warning for each field, and a count.</summary>
internal sealed class RequiredContext(ContextField[] fields, ILogger? logger, Meter? meter)
{
    private readonly Counter<long>? _missing = meter?.CreateCounter<long>("llmstack.trace.context.missing", "{call}", "Calls whose context lacks a required field.");
    private int _said;

    public void Check(LlmContext context)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            if (!string.IsNullOrEmpty(fields[i].Get(context)))
            {
                continue;
            }

            _missing?.Add(1, new KeyValuePair<string, object?>("field", fields[i].Name));
            if (logger is not null && (Interlocked.Or(ref _said, 1 << i) & (1 << i)) == 0)
            {
                TracingLog.ContextMissing(logger, fields[i].Name);
            }
        }
    }
}
