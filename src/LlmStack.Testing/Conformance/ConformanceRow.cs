namespace LlmStack.Testing;

/// <summary>A case before it knows its provider.</summary>
internal sealed record ConformanceRow(string Name, Func<ConformanceBench, Task> RunAsync)
{
    public ConformanceFeatures Needs { get; init; }

    public ConformanceOperations Operation { get; init; }

    public bool NeedsHttp { get; init; }
}
