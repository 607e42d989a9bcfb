using LlmStack.Routing;

namespace LlmStack;

/// <summary>The section <c>LlmStack</c> of the configuration. Model ids are values, never keys, because <c>:</c> splits keys.</summary>
public sealed class LlmStackOptions
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "LlmStack";

    /// <summary>Compared with the environments of deployments. Null: the host's environment.</summary>
    public string? Environment { get; set; }

    /// <summary>The group behind the unkeyed <c>IChatClient</c>. Null registers none.</summary>
    public string? DefaultChatModel { get; set; }

    /// <summary>The group behind the unkeyed <c>IEmbeddingGenerator</c>. Null registers none.</summary>
    public string? DefaultEmbeddingModel { get; set; }

    /// <summary>The group for names nobody knows. Null: such names are an error.</summary>
    public string? DefaultGroup { get; set; }

    /// <summary>Seeds every random choice, for repeatable tests. Null: a new seed at each start.</summary>
    public ulong? Seed { get; set; }

    /// <summary>How many recent calls are kept for <c>ILlmRouter.GetRecentCalls</c>; 0 to 10,000. Default 256.</summary>
    public int RecentCalls { get; set; } = 256;

    /// <summary>How much of a decision the routes of calls keep. Default <see cref="ExplainLevel.Summary"/>.</summary>
    public ExplainLevel Explain { get; set; }

    /// <summary>Providers by name.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Model groups by name.</summary>
    public Dictionary<string, ModelGroupOptions> ModelGroups { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Other names for groups, by any id.</summary>
    public Dictionary<string, AliasOptions> Aliases { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where newer knowledge of models comes from; read once at start.</summary>
    public CatalogOptions Catalog { get; set; } = new();

    /// <summary>What is known better of models than the catalogue does, by any id.</summary>
    public Dictionary<string, ModelOptions> Models { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The ledger of what was used and spent.</summary>
    public LedgerOptions Ledger { get; set; } = new();

    /// <summary>Who is told what an operator wants to know.</summary>
    public EventsOptions Events { get; set; } = new();

    /// <summary>What may be used in a window of time, by any id.</summary>
    public Dictionary<string, LimitOptions> Limits { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What may be spent in a window of time, by any id.</summary>
    public Dictionary<string, BudgetOptions> Budgets { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings of every call that no group, deployment or call overrides.</summary>
    public CallPolicyOptions Defaults { get; set; } = new();

    /// <summary>Groups to fall back to for every group without fallbacks of its own, by any id, as <see cref="ModelGroupOptions.Fallbacks"/>.</summary>
    public Dictionary<string, FallbackOptions> DefaultFallbacks { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What error answers mean that no built-in rule knows, by any id.</summary>
    public Dictionary<string, ErrorPatternOptions> ErrorPatterns { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What traces contain.</summary>
    public TracingOptions Tracing { get; set; } = new();

    /// <summary>Where traces go; inactive without keys.</summary>
    public LangfuseOptions Langfuse { get; set; } = new();

    /// <summary>What the configuration binder could not read; told with every other problem.</summary>
    internal string? BindingProblem { get; set; }
}
