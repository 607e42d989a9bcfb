namespace LlmStack.Benchmarks.Cpu;

/// <summary>One row of a processor-time table.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Round">Does so many operations and returns when all of their work is done, in the background too.</param>
internal sealed record CpuCandidate(string Name, Func<int, Task> Round);
