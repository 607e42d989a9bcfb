using LlmStack.Providers.Fidelity;

namespace LlmStack.Providers.Anthropic;

/// <summary>Where the format is served, and how that differs from Anthropic's own API.</summary>
internal sealed record AnthropicProfile
{
    public static readonly AnthropicProfile Anthropic = new();

    /// <summary>Claude at Vertex AI.</summary>
    public static readonly AnthropicProfile Vertex = new() { SendsModel = false, BodyVersion = "vertex-2023-10-16" };

    /// <summary>Whether the model is named in the body; elsewhere it is in the address.</summary>
    public bool SendsModel { get; init; } = true;

    /// <summary>The version that the body has to carry; null when a header does.</summary>
    public string? BodyVersion { get; init; }

    /// <summary>Whether temperature and its kin are fields at all: newer versions of the API have none.</summary>
    public bool SendsSampling { get; init; } = true;

    /// <summary>What is known of a model. Only Claude's names mean anything: other servers offer other models in this format.</summary>
    public static ModelTraits TraitsOf(string model) =>
        model.Contains("claude", StringComparison.OrdinalIgnoreCase) ? ModelTraits.Of("anthropic", model) : ModelTraits.None;
}
