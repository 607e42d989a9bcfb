namespace LlmStack.FaultRuns;

/// <summary>What a call cost, over one round or as the median of many.</summary>
/// <param name="CpuMicroseconds">Processor time of the whole process, sending included.</param>
/// <param name="CallerCpuMicroseconds">That of the thread that calls; null where the system does not say.</param>
/// <param name="AllocatedBytes">By the whole process.</param>
/// <param name="CallerAllocatedBytes">By the thread that calls.</param>
/// <param name="MedianMicroseconds">The caller's wait.</param>
/// <param name="P99Microseconds">The wait that one call in a hundred exceeds.</param>
internal sealed record Round(double CpuMicroseconds, double? CallerCpuMicroseconds, long AllocatedBytes, long CallerAllocatedBytes, double MedianMicroseconds, double P99Microseconds);
