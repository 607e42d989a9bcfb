namespace LlmStack.Providers.Anthropic;

/// <summary>Where the format is served, and how that differs from Anthropic's own API.</summary>
internal sealed record AnthropicProfile
{
    public static readonly AnthropicProfile Anthropic = new();

    /// <summary>Whether the model is named in the body; elsewhere it is in the address.</summary>
    public bool SendsModel { get; init; } = true;

    /// <summary>The version that the body has to carry; null when a header does.</summary>
    public string? BodyVersion { get; init; }
}
