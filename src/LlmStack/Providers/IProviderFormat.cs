namespace LlmStack.Providers;

/// <summary>A wire format that configuration can name. One row per format, so that a new one is a folder and a row.</summary>
internal interface IProviderFormat
{
    /// <summary>The name used in <see cref="ProviderOptions.Type"/>.</summary>
    string Type { get; }

    /// <summary>The usual address; null when one must be configured.</summary>
    string? DefaultEndpoint { get; }

    /// <summary>The usual environment variable of the key; null when none is usual.</summary>
    string? DefaultApiKeyVariable { get; }

    /// <summary>Whether a key is required at the default endpoint.</summary>
    bool RequiresKey { get; }

    /// <summary>OpenTelemetry's name for the provider, for instance <c>openai</c>; null to use the provider's name.</summary>
    string? SystemName { get; }

    /// <summary>The provider's name in the model catalogue; null when its models are not in it, or are local and free.</summary>
    string? CatalogName => SystemName;

    ILlmProvider Create(ProviderSetup setup);
}
