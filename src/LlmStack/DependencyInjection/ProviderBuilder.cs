using System.Diagnostics.CodeAnalysis;
using LlmStack.DependencyInjection;
using LlmStack.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Defines a provider in code.</summary>
public sealed class ProviderBuilder
{
    private readonly IServiceCollection _services;

    internal ProviderBuilder(string name, IServiceCollection services)
    {
        Name = name;
        _services = services;
    }

    /// <summary>The provider's name, the part before the slash in <c>provider/model</c>.</summary>
    public string Name { get; }

    /// <summary>Its options. What is set here wins over the configuration; what is left alone is taken from there.</summary>
    public ProviderOptions Options { get; } = new();

    internal ProviderRegistration Registration { get; } = new();

    /// <summary>Serves chat through any <see cref="IChatClient"/>. May be combined with <see cref="UseEmbeddingGenerator"/>.</summary>
    /// <param name="factory">Makes the client, once. The library does not dispose it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    public ProviderBuilder UseChatClient(Func<IServiceProvider, IChatClient> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Registration.ChatClient = factory;
        return this;
    }

    /// <summary>Serves embeddings through any embedding generator.</summary>
    /// <param name="factory">Makes the generator, once. The library does not dispose it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    public ProviderBuilder UseEmbeddingGenerator(Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Registration.EmbeddingGenerator = factory;
        return this;
    }

    /// <summary>Serves everything through an adapter of your own.</summary>
    /// <param name="factory">Makes the adapter, once. The library does not dispose it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    [Experimental("LLMSTACK001")]
    public ProviderBuilder UseProvider(Func<IServiceProvider, ILlmProvider> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Registration.Provider = factory;
        return this;
    }

    /// <summary>Fetches the key instead of keeping one, so that it may rotate.</summary>
    /// <param name="fetch">Called for every attempt; keep the value and return it synchronously while it is valid.</param>
    /// <exception cref="ArgumentNullException"><paramref name="fetch"/> is null.</exception>
    public ProviderBuilder UseCredential(Func<CancellationToken, ValueTask<string>> fetch)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        Registration.Credential = fetch;
        return this;
    }

    /// <summary>Calls with a token that ends: fetched on first use, kept, replaced in the background ahead of its end, and once more when the provider refuses it (401).</summary>
    /// <param name="fetch">Fetches a token, for instance from <c>Azure.Identity</c> or Google's default credentials.</param>
    /// <param name="refreshAhead">How long before its end a token is replaced. Null: 5 minutes, and never more than half the token's life.</param>
    /// <exception cref="ArgumentNullException"><paramref name="fetch"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="refreshAhead"/> is negative.</exception>
    [Experimental("LLMSTACK001")]
    public ProviderBuilder UseTokenCredential(Func<CancellationToken, ValueTask<CredentialToken>> fetch, TimeSpan? refreshAhead = null)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentOutOfRangeException.ThrowIfLessThan(refreshAhead ?? TimeSpan.Zero, TimeSpan.Zero, nameof(refreshAhead));
        Registration.Token = fetch;
        Registration.RefreshAhead = refreshAhead;
        return this;
    }

    /// <summary>Calls with the caller's own key where there is one, for instance a customer's. Cooldowns and limits are then kept by that credential's id.</summary>
    /// <param name="select">The credential of a caller, or null for the provider's own. Called for every attempt, so it must be quick: return kept instances, see <see cref="LlmCredential"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="select"/> is null.</exception>
    [Experimental("LLMSTACK001")]
    public ProviderBuilder UseCallerCredential(Func<LlmContext, ICredential?> select)
    {
        ArgumentNullException.ThrowIfNull(select);
        Registration.CallerCredential = select;
        return this;
    }

    /// <summary>Changes the provider's HTTP handlers, after the library set them up. Add limits here, not retries: the library retries itself and warns of a second owner.</summary>
    /// <param name="configure">Adds handlers. The client itself is not used: calls go straight to the handlers.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    public ProviderBuilder ConfigureHttpClient(Action<IHttpClientBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_services.AddHttpClient(ProviderHttp.ClientName(Name)));
        return this;
    }
}
