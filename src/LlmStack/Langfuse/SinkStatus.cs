namespace LlmStack.Langfuse;

/// <summary>How delivery is going, for the health check.</summary>
/// <param name="IsHealthy">Whether the last request was taken, or none was needed yet.</param>
/// <param name="IsPaused">Whether nothing is tried for a while because the server refuses.</param>
/// <param name="LastError">What went wrong last, in words; null while healthy.</param>
internal sealed record SinkStatus(bool IsHealthy, bool IsPaused, string? LastError)
{
    public static readonly SinkStatus Healthy = new(IsHealthy: true, IsPaused: false, LastError: null);
}
