namespace LlmStack.Providers;

/// <summary>Customers' own keys: the application names the credential of each caller; without one the provider's own serve.</summary>
internal sealed class CallerCredentials(string provider, Func<LlmContext, ICredential?> select, ICredentialSource own) : ICredentialSource
{
    public CredentialSet For(LlmContext context)
    {
        try
        {
            return select(context) is { } chosen ? new CredentialSet(chosen) : own.For(context);
        }
        catch (Exception e) when (e is not LlmException)
        {
            throw new LlmException(LlmErrorKind.Authentication, $"The credential of this caller at provider '{provider}' could not be chosen.", e) { Provider = provider };
        }
    }

    public override string ToString() => $"each caller's own, else {own}";
}
