namespace LlmStack.Providers.OpenAI.Profiles;

/// <summary>One service or server of the OpenAI-compatible family: where it is, how it is known, how it differs.</summary>
/// <param name="Type">The name in <see cref="ProviderOptions.Type"/>.</param>
/// <param name="Name">The provider's usual name, which implies the type.</param>
/// <param name="Endpoint">The usual address, or null.</param>
/// <param name="KeyVariable">The usual variable of the key, or null.</param>
/// <param name="Profile">How it differs.</param>
internal sealed record FamilyMember(string Type, string Name, string? Endpoint, string? KeyVariable, OpenAIProfile Profile)
{
    /// <summary>Whether the usual address asks for a key.</summary>
    public bool RequiresKey { get; init; } = true;

    public IReadOnlyList<string> FurtherKeyVariables { get; init; } = [];

    public IReadOnlyList<string> EndpointVariables { get; init; } = [];

    /// <summary>Whether the server is a gateway that joins a trace through Langfuse's headers.</summary>
    public bool JoinsTraces { get; init; }

    /// <summary>OpenTelemetry's name; the provider's own by default.</summary>
    public string? SystemName { get; init; }

    /// <summary>The name in the model catalogue; null when its models are not in it.</summary>
    public string? CatalogName { get; init; }
}
