namespace LlmStack;

/// <summary>A provider: a wire format, an address and a credential.</summary>
public sealed class ProviderOptions
{
    /// <summary>The wire format or service, for instance <c>OpenAI</c>, <c>AzureOpenAI</c>, <c>Groq</c> or <c>OpenAICompatible</c>. Null: what the provider's name implies, else <c>OpenAICompatible</c>.</summary>
    public string? Type { get; set; }

    /// <summary>The base address, for instance <c>http://127.0.0.1:11434/v1</c>. Null: the format's usual one.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The key. Null: the environment variable below.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The environment variable (or configuration key) that holds the key. Null: the format's usual one.</summary>
    public string? ApiKeyVariable { get; set; }

    /// <summary>
    /// Several keys, by an id of yours without <c>:</c>, between which the load is shared; a key that is limited or refused rests while the
    /// others serve. Replaces <see cref="ApiKey"/>. Empty: the one key.
    /// </summary>
    public Dictionary<string, ApiKeyOptions> ApiKeys { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether calls carry the trace's <c>traceparent</c>, and to a LiteLLM proxy its trace, session and user as well, so that a gateway of your
    /// own joins the trace. Default false: vendors learn nothing of your traces.
    /// </summary>
    public bool PropagateTrace { get; set; }

    /// <summary>OpenAI's organization, or null.</summary>
    public string? Organization { get; set; }

    /// <summary>The project at OpenAI or Google Cloud, or null.</summary>
    public string? Project { get; set; }

    /// <summary>Where the service runs its models, where it has several places, for instance <c>europe-west4</c> or <c>global</c> at Vertex AI; or null.</summary>
    public string? Location { get; set; }

    /// <summary>The version of the service's interface where it has several, for instance <c>2024-10-21</c> at Azure. Null: the format's usual one.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Which of OpenAI's wire formats for chat is spoken. Default <see cref="ChatApi.Auto"/>; a deployment may say otherwise.</summary>
    public ChatApi Api { get; set; }

    /// <summary>Further headers of every request.</summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the server runs nearby and may load models on first use: its first-token timeout defaults to 300 s. Null: judged by the address.</summary>
    public bool? IsLocal { get; set; }

    /// <summary>Connections are replaced after this time, so that changes of DNS are seen. Default 5 minutes.</summary>
    public TimeSpan PooledConnectionLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether what is sent is trained on. Null: unknown, which counts as yes where a call forbids it.</summary>
    public bool? TrainsOnData { get; set; }

    /// <summary>How long what is sent is kept; 0 for not at all. Null: unknown, which counts as longer than any call allows.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>What happens to options that the wire format or the model cannot take. Default: sampling settings are dropped and listed, what changes the meaning fails.</summary>
    public UnsupportedFields UnsupportedFields { get; set; }

    /// <summary>Whether conversations that the provider would refuse are repaired (orphaned tool results, calls without results, empty content, the order of roles); each repair is listed. Default true.</summary>
    public bool RepairHistory { get; set; } = true;

    /// <summary>Whether breakpoints for the provider's prompt cache are set behind the stable prefix, where its format has them. Writing to a cache may cost more than plain input. Default false.</summary>
    public bool CacheBreakpoints { get; set; }

    /// <summary>Settings of calls to this provider.</summary>
    public CallPolicyOptions? Policy { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Endpoint}";
}
