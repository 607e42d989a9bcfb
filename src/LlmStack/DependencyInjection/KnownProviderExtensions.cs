namespace LlmStack;

/// <summary>Adds providers whose address and key variable are known. Each may be left out when its key's variable is set: that alone adds it.</summary>
public static class KnownProviderExtensions
{
    /// <summary>Adds Cerebras under the name <c>cerebras</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>CEREBRAS_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddCerebras(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("cerebras", "Cerebras", endpoint: null, configure);

    /// <summary>Adds DeepSeek under the name <c>deepseek</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>DEEPSEEK_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddDeepSeek(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("deepseek", "DeepSeek", endpoint: null, configure);

    /// <summary>Adds Fireworks AI under the name <c>fireworks</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>FIREWORKS_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddFireworks(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("fireworks", "Fireworks", endpoint: null, configure);

    /// <summary>Adds Groq under the name <c>groq</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>GROQ_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddGroq(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("groq", "Groq", endpoint: null, configure);

    /// <summary>Adds Hugging Face's router under the name <c>huggingface</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>HF_TOKEN</c> is used.</param>
    public static ILlmStackBuilder AddHuggingFace(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("huggingface", "HuggingFace", endpoint: null, configure);

    /// <summary>Adds a LiteLLM proxy, by default on this machine, under the name <c>litellm</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>LITELLM_PROXY_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddLiteLLM(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("litellm", "LiteLLM", endpoint: null, configure);

    /// <summary>Adds llama.cpp's server, by default on this machine, under the name <c>llamacpp</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>LLAMACPP_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddLlamaCpp(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("llamacpp", "LlamaCpp", endpoint: null, configure);

    /// <summary>Adds LM Studio, by default on this machine, under the name <c>lmstudio</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>LM_STUDIO_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddLMStudio(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("lmstudio", "LMStudio", endpoint: null, configure);

    /// <summary>Adds Mistral under the name <c>mistral</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>MISTRAL_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddMistral(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("mistral", "Mistral", endpoint: null, configure);

    /// <summary>Adds Moonshot under the name <c>moonshot</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>MOONSHOT_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddMoonshot(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("moonshot", "Moonshot", endpoint: null, configure);

    /// <summary>Adds NVIDIA's hosted models under the name <c>nvidia</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>NVIDIA_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddNvidiaNim(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("nvidia", "NvidiaNim", endpoint: null, configure);

    /// <summary>Adds Ollama, by default on this machine, under the name <c>ollama</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. It needs no key; the variable <c>OLLAMA_HOST</c> says where it is.</param>
    public static ILlmStackBuilder AddOllama(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("ollama", "Ollama", endpoint: null, configure);

    /// <summary>Adds OpenRouter under the name <c>openrouter</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>OPENROUTER_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddOpenRouter(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("openrouter", "OpenRouter", endpoint: null, configure);

    /// <summary>Adds Perplexity under the name <c>perplexity</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>PERPLEXITY_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddPerplexity(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("perplexity", "Perplexity", endpoint: null, configure);

    /// <summary>Adds Together AI under the name <c>together</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>TOGETHER_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddTogether(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("together", "Together", endpoint: null, configure);

    /// <summary>Adds a vLLM server, by default on this machine, under the name <c>vllm</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>VLLM_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddVllm(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("vllm", "Vllm", endpoint: null, configure);

    /// <summary>Adds xAI under the name <c>xai</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes its options, or null. Without a key there, the variable <c>XAI_API_KEY</c> is used.</param>
    public static ILlmStackBuilder AddXAI(this ILlmStackBuilder builder, Action<ProviderOptions>? configure = null) =>
        builder.AddFormat("xai", "XAI", endpoint: null, configure);
}
