using System.Diagnostics;

namespace LlmStack.Tracing;

/// <summary>The activity source of the library. Spans are activities too while somebody listens to it.</summary>
internal static class LlmActivitySource
{
    public const string Name = "LlmStack";

    public static readonly ActivitySource Source = new(Name, typeof(LlmActivitySource).Assembly.GetName().Version?.ToString(3));
}
