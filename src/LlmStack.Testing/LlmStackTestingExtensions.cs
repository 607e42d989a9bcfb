using LlmStack.Providers;

namespace LlmStack.Testing;

/// <summary>Adds what tests need to LlmStack.</summary>
public static class LlmStackTestingExtensions
{
    /// <summary>Adds a scripted provider under a name, like any other provider.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, for instance the one that the application's configuration uses.</param>
    /// <param name="provider">The provider.</param>
    public static ILlmStackBuilder AddScriptedProvider(this ILlmStackBuilder builder, string name, ScriptedProvider provider)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(provider);
        return builder.AddProvider(name, p => p.UseProvider(_ => provider));
    }
}
