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

    /// <summary>The id of the deployment that is asked; empty outside the request path.</summary>
    internal string DeploymentId { get; set; } = "";

    /// <summary>What the catalogue knows of the model; null when nothing.</summary>
    public ModelInfo? Info { get; internal set; }

    /// <summary>Which of OpenAI's wire formats the deployment asks for; null when it leaves that to its provider.</summary>
    public ChatApi? Api { get; internal set; }

    /// <summary>What to authenticate with.</summary>
    public ICredential Credential { get; internal set; }

    /// <summary>The attempt's place in its trace as a W3C <c>traceparent</c>; null unless the provider is trusted with it.</summary>
    public string? TraceParent { get; internal set; }

    /// <summary>The attempt's time limits. The request path enforces them; an adapter may use them for its own transport.</summary>
    public AttemptTimeouts Timeouts { get; internal set; }

    /// <summary>Who watches the time that connecting takes; null outside the request path.</summary>
    internal IConnectionWatch? Connection { get; init; }

    /// <summary>Where to leave content for the trace; never null.</summary>
    public IContentCapture Capture { get; internal set; }

    /// <summary>What happens to options that cannot be sent: the call's wish, else the provider's setting.</summary>
    public UnsupportedFields FieldPolicy { get; internal set; }

    /// <summary>Whether a conversation that the provider would refuse is repaired. Default true.</summary>
    public bool RepairHistory { get; internal set; } = true;

    /// <summary>Whether breakpoints for the provider's prompt cache are set behind the stable prefix. Default false.</summary>
    public bool CacheBreakpoints { get; internal set; }

    /// <summary>Headers that the caller wants on this request alone, from its options; null when none.</summary>
    internal IReadOnlyDictionary<string, string>? Headers { get; set; }

    /// <summary>Where to leave facts about the attempt; never null.</summary>
    public AttemptReport Report { get; } = new();
}
