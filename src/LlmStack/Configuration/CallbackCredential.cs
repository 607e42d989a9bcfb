using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>A key that the application fetches, for instance from a vault; asked for every attempt, so that it may rotate.</summary>
internal sealed class CallbackCredential(string id, Func<CancellationToken, ValueTask<string>> fetch) : ICredential
{
    public string Id { get; } = id;

    public ValueTask<string?> GetSecretAsync(CancellationToken cancellationToken)
    {
        ValueTask<string> secret = fetch(cancellationToken);
        return secret.IsCompletedSuccessfully ? new ValueTask<string?>(secret.Result) : Await(secret);
    }

    public override string ToString() => Id;

    private static async ValueTask<string?> Await(ValueTask<string> secret) => await secret.ConfigureAwait(false);
}
