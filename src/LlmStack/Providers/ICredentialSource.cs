namespace LlmStack.Providers;

/// <summary>The credentials that a provider may be called with: one, a pool, or one for each caller.</summary>
internal interface ICredentialSource
{
    /// <summary>The credentials that would do for this caller; never empty.</summary>
    CredentialSet For(LlmContext context);
}
