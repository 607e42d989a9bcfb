using System.Collections.Concurrent;

namespace LlmStack.Tracing;

/// <summary>The contexts of traces that carry nothing but a name: few and asked for again and again, so they are remembered.</summary>
internal sealed class TraceNames
{
    private readonly ConcurrentDictionary<string, LlmContext> _named = new(StringComparer.Ordinal);

    public LlmContext Merge(LlmContext outer, TraceContext? labels, string traceName)
    {
        if (labels is not null)
        {
            return outer.Merge(labels, traceName);
        }

        if (string.Equals(outer.TraceName, traceName, StringComparison.Ordinal))
        {
            return outer;
        }

        if (!ReferenceEquals(outer, LlmContext.Empty))
        {
            return outer with { TraceName = traceName };
        }

        if (_named.TryGetValue(traceName, out LlmContext? named))
        {
            return named;
        }

        named = new LlmContext { TraceName = traceName };
        return _named.Count < TraceLimits.RememberedTraceNames ? _named.GetOrAdd(traceName, named) : named;
    }
}
