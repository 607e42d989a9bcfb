using System.Collections.Frozen;

namespace LlmStack.Routing;

/// <summary>The immutable configuration that calls run on. A reload swaps the reference; calls in flight finish on the old one.</summary>
internal sealed class RoutingSnapshot
{
    public required long Version { get; init; }

    public required FrozenDictionary<string, ProviderEntry> Providers { get; init; }

    public required FrozenDictionary<string, ModelGroup> Groups { get; init; }

    /// <summary>Alias to group.</summary>
    public required FrozenDictionary<string, string> Aliases { get; init; }

    /// <summary>Every deployment of the configuration by id.</summary>
    public required FrozenDictionary<string, Deployment> Deployments { get; init; }

    /// <summary>The group for names nobody knows, or null.</summary>
    public string? DefaultGroup { get; init; }

    public CallPolicy Defaults { get; init; } = CallPolicy.Default;

    /// <summary>Compared with a deployment's environments.</summary>
    public string? Environment { get; init; }

    /// <summary>Exact group → alias → <c>provider/model</c> → default group.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> with the near matches.</exception>
    public ResolvedName Resolve(string name) => throw new NotSupportedException("seam");
}
