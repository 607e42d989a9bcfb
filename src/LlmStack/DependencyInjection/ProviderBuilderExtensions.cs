using System.Diagnostics.CodeAnalysis;
using LlmStack.DependencyInjection;
using LlmStack.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Adds providers.</summary>
public static class ProviderBuilderExtensions
{
    /// <summary>Adds OpenAI under the name <c>openai</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>OPENAI_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddOpenAI(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null)
        => builder.AddFormat("openai", "OpenAI", endpoint: null, configure);

    /// <summary>Adds Azure OpenAI under the name <c>azure</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">
    /// Changes its options, or null. Without them the variables <c>AZURE_OPENAI_ENDPOINT</c>, <c>AZURE_OPENAI_API_KEY</c> and
    /// <c>OPENAI_API_VERSION</c> are used; a dated version asks the deployments path, none the v1 path.
    /// </param>
    /// <remarks>A token of Entra instead of a key: <see cref="ProviderBuilder.UseTokenCredential"/>.</remarks>
    public static ILlmStackBuilder AddAzureOpenAI(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null)
        => builder.AddFormat("azure", "AzureOpenAI", endpoint: null, configure);

    /// <summary>Adds one of several Azure OpenAI resources.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, without <c>/</c> and <c>:</c>, for instance <c>azure-eu</c>.</param>
    /// <param name="address">The resource's address, for instance <c>https://my-resource.openai.azure.com</c>; checked at start.</param>
    /// <param name="configure">Changes its options, or null.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="address"/> is empty.</exception>
    public static ILlmStackBuilder AddAzureOpenAI(this ILlmStackBuilder builder, string name, string address, Action<ProviderOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        return builder.AddFormat(name, "AzureOpenAI", address, configure);
    }

    /// <summary>Adds Anthropic under the name <c>anthropic</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>ANTHROPIC_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddAnthropic(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null)
        => builder.AddFormat("anthropic", "Anthropic", endpoint: null, configure);

    /// <summary>Adds Google's Gemini API under the name <c>gemini</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>GEMINI_API_KEY</c> or <c>GOOGLE_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddGemini(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null)
        => builder.AddFormat("gemini", "Gemini", endpoint: null, configure);

    /// <summary>Adds Google's Vertex AI under the name <c>vertexai</c>: Gemini and Claude.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="fetchToken">Fetches an access token of the scope <c>https://www.googleapis.com/auth/cloud-platform</c>; it is kept and replaced ahead of its end.</param>
    /// <param name="configure">
    /// Changes its options, or null. Without a <see cref="ProviderOptions.Project"/> and <see cref="ProviderOptions.Location"/> there, the
    /// variables <c>GOOGLE_CLOUD_PROJECT</c> and <c>GOOGLE_CLOUD_LOCATION</c> are used.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="fetchToken"/> is null.</exception>
    [Experimental("LLMSTACK001")]
    public static ILlmStackBuilder AddVertexAI(this ILlmStackBuilder builder, Func<CancellationToken, ValueTask<CredentialToken>> fetchToken, Action<ProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(fetchToken);
        return builder.AddProvider("vertexai", provider =>
        {
            provider.Options.Type = "VertexAI";
            configure?.Invoke(provider.Options);
            provider.UseTokenCredential(fetchToken);
        });
    }

    /// <summary>Adds a server that speaks OpenAI's format: vLLM, llama.cpp, Ollama, LM Studio, a gateway.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, without <c>/</c> and <c>:</c>.</param>
    /// <param name="address">The base address, for instance <c>http://127.0.0.1:11434/v1</c>; checked at start.</param>
    /// <param name="configure">Changes its options, or null.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="address"/> is empty.</exception>
    public static ILlmStackBuilder AddOpenAICompatible(this ILlmStackBuilder builder, string name, string address, Action<ProviderOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        return builder.AddFormat(name, "OpenAICompatible", address, configure);
    }

    /// <summary>Adds a provider, for instance any <c>IChatClient</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, without <c>/</c> and <c>:</c>.</param>
    /// <param name="configure">Defines it; called once, now.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static ILlmStackBuilder AddProvider(this ILlmStackBuilder builder, string name, Action<ProviderBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        var provider = new ProviderBuilder(name, builder.Services);
        configure(provider);
        provider.Registration.Type = provider.Options.Type;
        provider.Registration.Endpoint = provider.Options.Endpoint;
        LlmStackRegistrations.Of(builder.Services).Add(name, provider.Registration);
        builder.Services.Configure<LlmStackOptions>(options => ProviderOverlay.Apply(provider.Options, Entry(options, name)));
        return builder;
    }

    /// <summary>Adds a provider of a wire format by the format's name.</summary>
    internal static ILlmStackBuilder AddFormat(this ILlmStackBuilder builder, string name, string type, string? endpoint, Action<ProviderOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        LlmStackRegistrations.Of(builder.Services).Add(name, new ProviderRegistration { Type = type, Endpoint = endpoint });
        builder.Services.Configure<LlmStackOptions>(options =>
        {
            ProviderOptions provider = Entry(options, name);
            provider.Type = type;
            provider.Endpoint = endpoint ?? provider.Endpoint;
            configure?.Invoke(provider);
        });
        return builder;
    }

    private static ProviderOptions Entry(LlmStackOptions options, string name)
    {
        if (!options.Providers.TryGetValue(name, out ProviderOptions? provider))
        {
            options.Providers[name] = provider = new ProviderOptions();
        }

        return provider;
    }
}
