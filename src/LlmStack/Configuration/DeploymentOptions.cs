namespace LlmStack;

/// <summary>One model at one provider, as a member of a group.</summary>
public sealed class DeploymentOptions
{
    /// <summary><c>provider/model</c>; required. The provider is the part before the first slash.</summary>
    public string? Model { get; set; }

    /// <summary>The deployment's id. Null: <c>provider/model[@region]</c>. Members of several groups with one id are one deployment.</summary>
    public string? Id { get; set; }

    /// <summary>The tier; lower is asked first. Default 0.</summary>
    public int Order { get; set; }

    /// <summary>Share of the load relative to the others; 0 or more. 0 is never first choice. Null: by requests or tokens per minute, else even.</summary>
    public double? Weight { get; set; }

    /// <summary>How good its answers are expected to be before scores say so, 0 to 1; for <c>Utility</c> and <c>Adaptive</c>. Default 0.5.</summary>
    public double? Quality { get; set; }

    /// <summary>Requests allowed in any 60 seconds; 1 or more. Null: no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Tokens, in and out, allowed in any 60 seconds; 1 or more. Null: no limit.</summary>
    public int? TokensPerMinute { get; set; }

    /// <summary>Calls under way at a time; 1 or more. Null: no limit.</summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>Calls that may wait for a place under <see cref="MaxConcurrency"/>; 0 or more. One more is refused as overloaded. Null: 100.</summary>
    public int? MaxQueue { get; set; }

    /// <summary>Whether the model takes up a partial answer at the end of a conversation. False: it is told to go on. Null: false.</summary>
    public bool? AcceptsPrefill { get; set; }

    /// <summary>The region, compared with <c>RoutingOptions.Region</c>.</summary>
    public string? Region { get; set; }

    /// <summary>Tags, compared with <c>RoutingOptions.Tags</c>.</summary>
    public List<string> Tags { get; set; } = [];

    /// <summary>Environments it may serve. Empty: all.</summary>
    public List<string> Environments { get; set; } = [];

    /// <summary>
    /// The model that this one really is, where its own name does not say so, as with Azure's free names: <c>gpt-5.4</c>, or
    /// <c>provider/model</c> in the catalogue's names. Null: <see cref="Model"/> says it.
    /// </summary>
    public string? BaseModel { get; set; }

    /// <summary>Which of OpenAI's wire formats for chat this model is asked in. Null: as the provider says.</summary>
    public ChatApi? Api { get; set; }

    /// <summary>The context window in tokens; 1 or more. Null: what the catalogue knows; not filtered by size when it knows none.</summary>
    public int? ContextWindow { get; set; }

    /// <summary>The most output tokens the model makes; 1 or more. Null: what the catalogue knows, else not filtered.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>
    /// What the model can do, by the names of <see cref="ModelCapabilities"/>, for instance <c>Tools</c>, <c>Vision</c>, <c>Pdf</c>, <c>JsonSchema</c>.
    /// Empty: what the catalogue knows; of a model nobody knows, tools and images are assumed, audio, video and documents are not.
    /// </summary>
    public List<string> Capabilities { get; set; } = [];

    /// <summary>Whether what is sent is trained on. Null: as the provider's.</summary>
    public bool? TrainsOnData { get; set; }

    /// <summary>How long what is sent is kept; 0 for not at all. Null: as the provider's.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>The price. Null: the catalogue's; unknown when it has none.</summary>
    public ModelPrice? Price { get; set; }

    /// <summary>Background probes. Null: as the provider says.</summary>
    public ProbeOptions? Probe { get; set; }

    /// <summary>Settings of calls to this deployment.</summary>
    public CallPolicyOptions? Policy { get; set; }
}
