using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Changes any option in code.</summary>
public static class OptionsBuilderExtensions
{
    /// <summary>Changes the options after the configuration was read; called again at each reload.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">The change.</param>
    public static ILlmStackBuilder Configure(this ILlmStackBuilder builder, Action<LlmStackOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(configure);
        return builder;
    }
}
