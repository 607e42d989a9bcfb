namespace LlmStack.FaultRuns;

/// <summary>What a call cost, over one round or as the median of many.</summary>
/// <param name="CpuMicroseconds">Processor time of the whole process, sending included.</param>
/// <param name="AllocatedBytes">Likewise.</param>
/// <param name="MedianMicroseconds">The caller's wait.</param>
/// <param name="P99Microseconds">The wait that one call in a hundred exceeds.</param>
internal sealed record Round(double CpuMicroseconds, long AllocatedBytes, double MedianMicroseconds, double P99Microseconds);
