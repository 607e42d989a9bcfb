namespace LlmStack.Routing;

/// <summary>Wishes of one call about its routing. Immutable; attach with <c>options.WithRouting(…)</c>.</summary>
/// <remarks>Taken off before any provider sees the options.</remarks>
public sealed record RoutingOptions
{
    /// <summary>Prefer deployments with any of these tags; else those tagged <c>default</c>; else the call fails. Null: no wish.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Only deployments of this region; binds fallbacks as well. Null: any.</summary>
    public string? Region { get; init; }

    /// <summary>Only these deployments, by id or provider name. Null: all.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Never these deployments, by id or provider name. Null: none.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>Ask in this order, by deployment id or provider name; others come after. Null: the group's strategy.</summary>
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>The whole call, waits included, ends after this time. Null: the configured request timeout (600 s).</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Groups to fall back to, replacing the group's own list. Null: the group's own.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>Whether other groups may serve at all. Default true.</summary>
    public bool AllowFallbacks { get; init; } = true;

    /// <summary>At most this many attempts; 1 or more. Null: the configured number (6).</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>What happens to options that the provider or the model cannot take. Default: the provider's setting.</summary>
    public UnsupportedFields UnsupportedFields { get; init; }

    /// <summary>Whether a conversation that the provider would refuse is repaired. Null: the provider's setting (true).</summary>
    public bool? RepairHistory { get; init; }

    /// <summary>Whether breakpoints for the provider's prompt cache are set behind the stable prefix. Null: the provider's setting (false).</summary>
    public bool? CacheBreakpoints { get; init; }

    /// <summary>Up to this long until the first content. Null: as configured.</summary>
    public TimeSpan? FirstTokenTimeout { get; init; }

    /// <summary>Up to this long between two pieces of content. Null: as configured.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Up to this long for one attempt. Null: as configured.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>Up to this long until a connection stands. Null: as configured.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>How urgent the call is where it has to queue for a deployment: 0 is most urgent, 9 least. Default 4.</summary>
    public int Priority { get; init; } = 4;

    /// <summary>What happens to a stream lost after its first content. Null: as configured.</summary>
    public StreamLossBehavior? OnStreamLost { get; init; }
}
