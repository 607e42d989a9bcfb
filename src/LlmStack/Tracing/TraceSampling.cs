namespace LlmStack.Tracing;

/// <summary>Whether a trace is recorded: decided by its id alone, so that every process and every late score agrees.</summary>
internal static class TraceSampling
{
    public static bool Includes(TraceId traceId, double rate)
    {
        if (rate >= 1)
        {
            return true;
        }

        // Some systems put a clock into part of the id, so all of it is mixed before it is compared.
        ulong z = traceId.Low ^ (traceId.High * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53)) < rate;
    }
}
