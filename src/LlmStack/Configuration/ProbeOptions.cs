using LlmStack.Routing;

namespace LlmStack;

/// <summary>Questions that a deployment is asked in the background, to know of an outage before calls do. None are asked unless this is set.</summary>
public sealed class ProbeOptions
{
    /// <summary>Whether it is asked at all; false takes a deployment out of what its provider sets. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What is asked. Default <see cref="ProbeKind.Models"/>.</summary>
    public ProbeKind Kind { get; set; }

    /// <summary>From one question to the next; 1 s or more. A result older than twice this is ignored. Default 30 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer may take; more than zero, not longer than <see cref="Interval"/>. Default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
