using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>A secret that ends, for instance an access token of Microsoft Entra, Google or AWS.</summary>
/// <param name="secret">The secret as the provider's header wants it, without <c>Bearer</c>.</param>
/// <param name="expiresAt">When it ends; null when it does not, or nobody knows.</param>
[Experimental("LLMSTACK001")]
public readonly struct CredentialToken(string secret, DateTimeOffset? expiresAt = null)
{
    /// <summary>The secret as the provider's header wants it.</summary>
    public string Secret { get; } = secret;

    /// <summary>When it ends; null when it does not, or nobody knows.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    /// <summary>Never the secret.</summary>
    public override string ToString() => ExpiresAt is { } end ? $"a token until {end:u}" : "a token";
}
