using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.DependencyInjection;

/// <summary>What code said of a provider beyond its options.</summary>
internal sealed class ProviderRegistration
{
    public Func<IServiceProvider, IChatClient>? ChatClient { get; set; }

    public Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>>? EmbeddingGenerator { get; set; }

    public Func<IServiceProvider, ILlmProvider>? Provider { get; set; }

    public Func<CancellationToken, ValueTask<string>>? Credential { get; set; }

    public Func<CancellationToken, ValueTask<CredentialToken>>? Token { get; set; }

    public TimeSpan? RefreshAhead { get; set; }

    public Func<LlmContext, ICredential?>? CallerCredential { get; set; }

    public bool HasCredential => Credential is not null || Token is not null || CallerCredential is not null;

    /// <summary>The definition by its texts, to tell a repeated registration from a second, different one.</summary>
    public string? Type { get; set; }

    public string? Endpoint { get; set; }

    public bool HasFactory => ChatClient is not null || EmbeddingGenerator is not null || Provider is not null;

    /// <summary>Takes over what <paramref name="other"/> says; the name of the first thing both define differently, or null.</summary>
    public string? Add(ProviderRegistration other)
    {
        string? conflict = Differ(Type, other.Type) ? nameof(Type)
            : Differ(Endpoint, other.Endpoint) ? nameof(Endpoint)
            : Differ(ChatClient, other.ChatClient) ? nameof(ChatClient)
            : Differ(EmbeddingGenerator, other.EmbeddingGenerator) ? nameof(EmbeddingGenerator)
            : Differ(Provider, other.Provider) ? nameof(Provider)
            : HasFactory && other.Type is not null || other.HasFactory && Type is not null ? nameof(Type)
            : null;
        ChatClient = other.ChatClient ?? ChatClient;
        EmbeddingGenerator = other.EmbeddingGenerator ?? EmbeddingGenerator;
        Provider = other.Provider ?? Provider;
        Credential = other.Credential ?? Credential;
        Token = other.Token ?? Token;
        RefreshAhead = other.RefreshAhead ?? RefreshAhead;
        CallerCredential = other.CallerCredential ?? CallerCredential;
        Type = other.Type ?? Type;
        Endpoint = other.Endpoint ?? Endpoint;
        return conflict;
    }

    private static bool Differ(string? a, string? b) => a is not null && b is not null && !string.Equals(a.TrimEnd('/'), b.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    // A registration that runs twice makes new delegates of the same method; those define the same thing.
    private static bool Differ(Delegate? a, Delegate? b) => a is not null && b is not null && !a.Equals(b) && !a.Method.Equals(b.Method);
}
