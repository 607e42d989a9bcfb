namespace LlmStack.Providers;

/// <summary>The same credential for everybody.</summary>
internal sealed class SingleCredential(ICredential credential) : ICredentialSource
{
    public CredentialSet For(LlmContext context) => new(credential);

    public override string ToString() => credential.Id;
}
