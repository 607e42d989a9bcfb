using LlmStack.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Adds model groups and their other names.</summary>
public static class ModelGroupBuilderExtensions
{
    /// <summary>Adds a model group. Its name is also the key of an <c>IChatClient</c> and an <c>IEmbeddingGenerator</c> in DI.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name applications ask for, without <c>/</c> and <c>:</c>.</param>
    /// <param name="configure">Defines it; called once, now.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static ILlmStackBuilder AddModelGroup(this ILlmStackBuilder builder, string name, Action<ModelGroupBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        var group = new ModelGroupBuilder(name);
        configure(group);
        GroupClients.Add(builder.Services, name);
        builder.Services.Configure<LlmStackOptions>(group.Apply);
        return builder;
    }

    /// <summary>Gives a group another name.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The other name.</param>
    /// <param name="target">The group.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static ILlmStackBuilder AddAlias(this ILlmStackBuilder builder, string name, string target)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        builder.Services.Configure<LlmStackOptions>(options => options.Aliases[name] = new AliasOptions { Name = name, Target = target });
        return builder;
    }

    /// <summary>Makes a group the one behind the unkeyed <c>IChatClient</c>, unless the application registered its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">Group, alias or <c>provider/model</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static ILlmStackBuilder UseDefaultChatModel(this ILlmStackBuilder builder, string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        GroupClients.AddDefaultChat(builder.Services);
        builder.Services.Configure<LlmStackOptions>(options => options.DefaultChatModel = name);
        return builder;
    }

    /// <summary>Makes a group the one behind the unkeyed <c>IEmbeddingGenerator</c>, unless the application registered its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">Group, alias or <c>provider/model</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static ILlmStackBuilder UseDefaultEmbeddingModel(this ILlmStackBuilder builder, string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        GroupClients.AddDefaultEmbeddings(builder.Services);
        builder.Services.Configure<LlmStackOptions>(options => options.DefaultEmbeddingModel = name);
        return builder;
    }
}
