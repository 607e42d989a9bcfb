using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>Clients by the name of a group. They hold only the name, so a reload needs none of them.</summary>
internal static class GroupClients
{
    public static void Add(IServiceCollection services, string group)
    {
        services.TryAddKeyedSingleton(group, static (provider, key) => provider.GetRequiredService<ILlmClient>().AsIChatClient((string)key!));
        services.TryAddKeyedSingleton(group, static (provider, key) => provider.GetRequiredService<ILlmClient>().AsIEmbeddingGenerator((string)key!));
        services.TryAddKeyedSingleton(group, static (provider, key) => provider.GetRequiredService<ILlmClient>().AsModerator((string)key!));
        services.TryAddKeyedSingleton(group, static (provider, key) => provider.GetRequiredService<ILlmClient>().AsImageGenerator((string)key!));
        services.TryAddKeyedSingleton(group, static (provider, key) => provider.GetRequiredService<ILlmClient>().AsTextToSpeechClient((string)key!));
        services.TryAddKeyedSingleton(group, static (provider, key) => provider.GetRequiredService<ILlmClient>().AsSpeechToTextClient((string)key!));
    }

    public static void AddDefaultChat(IServiceCollection services) => services.TryAddSingleton(static provider =>
        provider.GetRequiredService<ILlmClient>().AsIChatClient(Name(provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.DefaultChatModel, nameof(LlmStackOptions.DefaultChatModel))));

    public static void AddDefaultEmbeddings(IServiceCollection services) => services.TryAddSingleton(static provider =>
        provider.GetRequiredService<ILlmClient>().AsIEmbeddingGenerator(Name(provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.DefaultEmbeddingModel, nameof(LlmStackOptions.DefaultEmbeddingModel))));

    /// <summary>Registers what the configuration names, as far as it is known while services are registered.</summary>
    public static void AddConfigured(IServiceCollection services, IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(LlmStackOptions.SectionName);
        foreach (IConfigurationSection group in section.GetSection(nameof(LlmStackOptions.ModelGroups)).GetChildren())
        {
            Add(services, group.Key);
        }

        if (!string.IsNullOrWhiteSpace(section[nameof(LlmStackOptions.DefaultChatModel)]))
        {
            AddDefaultChat(services);
        }

        if (!string.IsNullOrWhiteSpace(section[nameof(LlmStackOptions.DefaultEmbeddingModel)]))
        {
            AddDefaultEmbeddings(services);
        }
    }

    /// <summary>The host's configuration while services are still being registered, or null.</summary>
    public static IConfiguration? FindConfiguration(IServiceCollection services)
    {
        IConfiguration? found = null;
        foreach (ServiceDescriptor descriptor in services)
        {
            if (!descriptor.IsKeyedService)
            {
                // Host builders register the configuration itself by a factory, but their context as an instance.
                found = descriptor.ImplementationInstance switch
                {
                    HostBuilderContext context => context.Configuration,
                    IConfiguration configuration when descriptor.ServiceType == typeof(IConfiguration) => configuration,
                    _ => found,
                };
            }
        }

        return found;
    }

    private static string Name(string? name, string option) =>
        name ?? throw new LlmException(LlmErrorKind.Configuration, $"{LlmStackOptions.SectionName}:{option} is missing; it names the group behind the client without a key.");
}
