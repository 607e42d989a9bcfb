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
}
