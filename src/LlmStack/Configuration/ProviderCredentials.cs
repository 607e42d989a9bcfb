using LlmStack.DependencyInjection;
using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>Makes a provider's credentials from its options and from what code said.</summary>
internal static class ProviderCredentials
{
    public static ICredentialSource Make(string name, ProviderOptions options, ProviderRegistration? code, TimeProvider time)
    {
        ICredentialSource own = Own(name, options, code, time);
        return code?.CallerCredential is { } select ? new CallerCredentials(name, select, own) : own;
    }

    private static ICredentialSource Own(string name, ProviderOptions options, ProviderRegistration? code, TimeProvider time)
    {
        if (code?.Token is { } token)
        {
            return new SingleCredential(LlmCredential.FromToken(name, token, code.RefreshAhead, time));
        }

        if (code?.Credential is { } fetch)
        {
            return new SingleCredential(new CallbackCredential(name, fetch));
        }

        if (options.ApiKeys.Count > 0)
        {
            // Sorted, so that the pool's order does not depend on the order of configuration files.
            return new CredentialPool([.. options.ApiKeys
                .OrderBy(static key => key.Key, StringComparer.Ordinal)
                .Select(key => new PooledKey(new StaticCredential(IdOf(name, key.Key, key.Value.Key!), key.Value.Key), key.Value.Weight))]);
        }

        return new SingleCredential(string.IsNullOrEmpty(options.ApiKey) ? StaticCredential.None : new StaticCredential(IdOf(name, null, options.ApiKey), options.ApiKey));
    }

    /// <summary>A replaced key has another id, so that it does not inherit the cooldown of the one it replaces. Nothing of the key can be read off it.</summary>
    private static string IdOf(string provider, string? key, string secret)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(provider + "\0" + secret), hash);
        string name = key is null ? provider : $"{provider}/{key}";
        return $"{name}#{Convert.ToHexStringLower(hash[..4])}";
    }
}
