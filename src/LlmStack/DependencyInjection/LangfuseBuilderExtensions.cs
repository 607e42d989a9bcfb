using LlmStack.Langfuse;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Sends traces to Langfuse.</summary>
public static class LangfuseBuilderExtensions
{
    /// <summary>Sends traces to Langfuse, or whatever speaks its endpoints. Active when both keys are known.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. What it leaves unset comes from <c>LANGFUSE_PUBLIC_KEY</c>, <c>LANGFUSE_SECRET_KEY</c> and <c>LANGFUSE_BASE_URL</c>.</param>
    public static ILlmStackBuilder AddLangfuse(this ILlmStackBuilder builder, Action<LangfuseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure<LlmStackOptions>(options => configure(options.Langfuse));
        }

        return builder;
    }

    /// <summary>Delivers the traces of one project or tenant with a credential of its own: those whose <see cref="LlmContext.Project"/> is <paramref name="project"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="project">The project's name; not empty. Further calls add further projects.</param>
    /// <param name="configure">Sets both keys, and the server when it is not <see cref="LangfuseOptions.BaseUrl"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="project"/> is empty.</exception>
    public static ILlmStackBuilder AddLangfuse(this ILlmStackBuilder builder, string project, Action<LangfuseProjectOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(project);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure<LlmStackOptions>(options =>
        {
            if (!options.Langfuse.Projects.TryGetValue(project, out LangfuseProjectOptions? known))
            {
                options.Langfuse.Projects[project] = known = new LangfuseProjectOptions();
            }

            configure(known);
        });
        return builder;
    }

    /// <summary>Asks for the credential of a project when the first trace of it ends; the answer is kept, for at most 1,000 projects.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="resolve">Knows the credential of a <see cref="LlmContext.Project"/>; null for nobody's. It must be quick: the first span of each project waits for it.</param>
    public static ILlmStackBuilder AddLangfuse(this ILlmStackBuilder builder, Func<string, LangfuseProjectOptions?> resolve)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(resolve);
        builder.Services.AddSingleton(new LangfuseProjectResolver(resolve));
        return builder;
    }
}
