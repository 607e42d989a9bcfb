using LlmStack.Catalog;

namespace LlmStack.Routing;

/// <summary>At which price a prompt is reserved. What a provider writes to its cache may cost more than fresh input, and nobody knows how much of a prompt that will be.</summary>
internal static class PromptPrice
{
    /// <summary>The bucket that the whole prompt falls into at worst.</summary>
    public static UsageBucket Of(ProviderEntry provider, RoutingOptions? wishes, CacheMark mark) =>
        WritesByItself(provider) ? UsageBucket.CacheWrite
        : mark == CacheMark.Hour ? UsageBucket.CacheWrite1h
        : mark == CacheMark.Usual || (wishes?.CacheBreakpoints ?? provider.CacheBreakpoints) ? UsageBucket.CacheWrite
        : UsageBucket.Input;

    /// <summary>These keep prompts without being told, and ignore who tells them; their newer models bill it.</summary>
    private static bool WritesByItself(ProviderEntry provider) => provider.CatalogName is "openai" or "azure";
}
