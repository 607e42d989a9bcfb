using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>One attempt, as an adapter sees it. Valid until the attempt ends; do not keep it.</summary>
[Experimental("LLMSTACK001")]
public sealed class ProviderCall
{
    /// <summary>Makes a call; outside tests the request path does this.</summary>
    /// <param name="model">The model as the provider names it.</param>
    /// <param name="credential">What to authenticate with.</param>
    /// <param name="capture">Where to leave content; null for nowhere.</param>
    public ProviderCall(string model, ICredential credential, IContentCapture? capture = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(credential);
        Model = model;
        Credential = credential;
        Capture = capture ?? NoContentCapture.Instance;
    }

    /// <summary>The model as the provider names it.</summary>
    public string Model { get; internal set; }

    /// <summary>What the catalogue knows of the model; null when nothing.</summary>
    public ModelInfo? Info { get; internal set; }

    /// <summary>What to authenticate with.</summary>
    public ICredential Credential { get; internal set; }

    /// <summary>The attempt's place in its trace as a W3C <c>traceparent</c>; null unless the provider is trusted with it.</summary>
    public string? TraceParent { get; internal set; }

    /// <summary>The attempt's time limits. The request path enforces them; an adapter may use them for its own transport.</summary>
    public AttemptTimeouts Timeouts { get; internal set; }

    /// <summary>Where to leave content for the trace; never null.</summary>
    public IContentCapture Capture { get; internal set; }

    /// <summary>Where to leave facts about the attempt; never null.</summary>
    public AttemptReport Report { get; } = new();
}
