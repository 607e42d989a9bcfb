namespace LlmStack;

/// <summary>Options of the health check.</summary>
public sealed class LlmStackHealthCheckOptions
{
    /// <summary>The groups to look at. Empty: every group that has a deployment.</summary>
    public IList<string> Groups { get; } = [];

    /// <summary>Whether each provider's address is connected to as well, which costs a request without tokens. Default false: nothing is called.</summary>
    public bool Probe { get; set; }
}
