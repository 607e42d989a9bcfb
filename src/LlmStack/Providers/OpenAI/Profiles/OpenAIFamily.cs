using LlmStack.Providers.Fidelity;

namespace LlmStack.Providers.OpenAI.Profiles;

/// <summary>The table of the OpenAI-compatible family: a new service is a row.</summary>
internal static class OpenAIFamily
{
    /// <summary>Servers that run open models: <c>top_k</c> and its like are fields, names of authors are not safe.</summary>
    private static readonly OpenAIProfile Server = OpenAIProfile.Compatible with { UnwrapsArguments = true };

    /// <summary>Services that follow OpenAI's newer field names.</summary>
    private static readonly OpenAIProfile Service = new() { MaxTokensField = "max_completion_tokens" };

    public static IReadOnlyList<FamilyMember> Members { get; } =
    [
        new("Groq", "groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", Service with
        {
            Operations = OpenAIOperations.Chat | OpenAIOperations.Speech | OpenAIOperations.Transcription | OpenAIOperations.Translation,
            TraitsName = "groq",
            MaxAudioBytes = 100 * 1024 * 1024,
            RefusedFields = ["logit_bias", "logprobs", "top_logprobs"],
            ReasoningEchoField = "reasoning",
        })
        {
            CatalogName = "groq",
            EndpointVariables = ["GROQ_BASE_URL"],
        },
        new("DeepSeek", "deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", new OpenAIProfile
        {
            Operations = OpenAIOperations.Chat,
            MaxTokensField = "max_tokens",
            TraitsName = "deepseek",
            Reasoning = ReasoningDialect.Thinking,
            ReasoningEchoField = "reasoning_content",
            RequiresReasoningEcho = true,
        })
        {
            CatalogName = "deepseek",
            EndpointVariables = ["DEEPSEEK_BASE_URL", "DEEPSEEK_API_BASE"],
        },
        new("XAI", "xai", "https://api.x.ai/v1", "XAI_API_KEY", Service with { Operations = OpenAIOperations.Chat | OpenAIOperations.Images, TraitsName = "xai" })
        {
            SystemName = "x_ai",
            CatalogName = "xai",
            EndpointVariables = ["XAI_BASE_URL", "XAI_API_BASE"],
        },
        new("Together", "together", "https://api.together.xyz/v1", "TOGETHER_API_KEY", Server with { Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings | OpenAIOperations.Rerank | OpenAIOperations.Images | OpenAIOperations.Speech | OpenAIOperations.Transcription | OpenAIOperations.Translation, Reasoning = ReasoningDialect.EnabledObject, AsksBase64 = false })
        {
            SystemName = "together_ai",
            CatalogName = "together",
            FurtherKeyVariables = ["TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY"],
            EndpointVariables = ["TOGETHER_BASE_URL"],
        },
        new("Fireworks", "fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", Server with { Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings | OpenAIOperations.Rerank, ReasoningEchoField = "reasoning_content", AsksBase64 = false })
        {
            SystemName = "fireworks_ai",
            CatalogName = "fireworks",
            FurtherKeyVariables = ["FIREWORKS_AI_API_KEY"],
            EndpointVariables = ["FIREWORKS_BASE_URL"],
        },
        new("OpenRouter", "openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", Service with
        {
            Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings,
            TraitsName = "openrouter",
            SendsTopK = true,
            SendsNames = true,
            SendsCacheMarks = true,
            Reasoning = ReasoningDialect.Object,
            ReasoningEchoField = "reasoning",
            ReasoningStateField = "reasoning_details",
        })
        {
            CatalogName = "openrouter",
            EndpointVariables = ["OPENROUTER_BASE_URL", "OPENROUTER_API_BASE"],
        },
        new("Perplexity", "perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY", new OpenAIProfile
        {
            Operations = OpenAIOperations.Chat,
            MaxTokensField = "max_tokens",
            TraitsName = "perplexity",
            History = HistoryRules.Perplexity,
            SendsTopK = true,
            SplitsThinkTags = true,
            AsksStreamUsage = false,
            RefusedFields = ["logit_bias", "seed", "stop"],
        })
        {
            CatalogName = "perplexity",
            FurtherKeyVariables = ["PERPLEXITYAI_API_KEY", "PPLX_API_KEY"],
        },
        new("Cerebras", "cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", Service with
        {
            Operations = OpenAIOperations.Chat | OpenAIOperations.Completions,
            TraitsName = "cerebras",
            RefusedFields = ["frequency_penalty", "presence_penalty", "logit_bias"],
        })
        {
            CatalogName = "cerebras",
            EndpointVariables = ["CEREBRAS_BASE_URL"],
        },
        new("NvidiaNim", "nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY", Server with { Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings, Reasoning = ReasoningDialect.Template })
        {
            FurtherKeyVariables = ["NVIDIA_NIM_API_KEY", "NGC_API_KEY"],
            EndpointVariables = ["NVIDIA_BASE_URL", "NVIDIA_NIM_API_BASE"],
        },
        new("HuggingFace", "huggingface", "https://router.huggingface.co/v1", "HF_TOKEN", Server with { Operations = OpenAIOperations.Chat })
        {
            SystemName = "hugging_face",
            FurtherKeyVariables = ["HUGGINGFACE_API_KEY", "HUGGING_FACE_HUB_TOKEN"],
            EndpointVariables = ["HF_BASE_URL", "HUGGINGFACE_API_BASE"],
        },
        new("Moonshot", "moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY", new OpenAIProfile
        {
            Operations = OpenAIOperations.Chat,
            MaxTokensField = "max_tokens",
            TraitsName = "moonshotai",
            Reasoning = ReasoningDialect.Thinking,
            ReasoningEchoField = "reasoning_content",
        })
        {
            SystemName = "moonshot_ai",
            EndpointVariables = ["MOONSHOT_BASE_URL", "MOONSHOT_API_BASE"],
        },
        new("Jina", "jina", "https://api.jina.ai/v1", "JINA_API_KEY", Server with { Operations = OpenAIOperations.Embeddings | OpenAIOperations.Rerank, AsksBase64 = false, EmbeddingBatch = 512 }) { EndpointVariables = ["JINA_BASE_URL"] },
        new("Voyage", "voyage", "https://api.voyageai.com/v1", "VOYAGE_API_KEY", Server with
        {
            Operations = OpenAIOperations.Embeddings | OpenAIOperations.Rerank,
            AsksBase64 = false,
            DimensionsField = "output_dimension",
            EmbeddingBatch = 1000,
            EmbeddingBatchTokens = 120_000,
            RerankTopField = "top_k",
        })
        {
            EndpointVariables = ["VOYAGE_BASE_URL"],
        },
        new("Mistral", "mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", new OpenAIProfile
        {
            Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings | OpenAIOperations.Moderation | OpenAIOperations.Transcription,
            CompletionsPath = "/fim/completions",
            RefusedCompletionFields = ["frequency_penalty", "presence_penalty", "echo", "n", "best_of", "logit_bias", "logprobs", "user"],
            MaxTokensField = "max_tokens",
            TraitsName = "mistral",
            History = HistoryRules.Mistral,
            ToolCallIds = ToolCallIdRules.Mistral,
            Schema = SchemaDialect.Mistral,
            Parts = MediaParts.Mistral,
            AsksStreamUsage = false,
            SeedField = "random_seed",
            DimensionsField = "output_dimension",
            RefusedFields = ["logit_bias", "logprobs", "top_logprobs", "user", "store"],
            EmbeddingBatchTokens = 16_000,
            MaxAudioBytes = 512 * 1024 * 1024,
        })
        {
            SystemName = "mistral_ai",
            CatalogName = "mistral",
            EndpointVariables = ["MISTRAL_BASE_URL", "MISTRAL_API_BASE"],
        },
        new("Vllm", "vllm", "http://127.0.0.1:8000/v1", "VLLM_API_KEY", Server with { Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings | OpenAIOperations.Rerank | OpenAIOperations.Transcription | OpenAIOperations.Translation, Reasoning = ReasoningDialect.Template, SplitsThinkTags = true })
        {
            RequiresKey = false,
            FurtherKeyVariables = ["HOSTED_VLLM_API_KEY"],
            EndpointVariables = ["VLLM_BASE_URL", "HOSTED_VLLM_API_BASE"],
        },
        new("LlamaCpp", "llamacpp", "http://127.0.0.1:8080/v1", "LLAMACPP_API_KEY", Server with { Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings | OpenAIOperations.Rerank, Schema = SchemaDialect.Grammar, Reasoning = ReasoningDialect.Template, SplitsThinkTags = true })
        {
            RequiresKey = false,
            FurtherKeyVariables = ["LLAMA_API_KEY"],
            EndpointVariables = ["LLAMACPP_BASE_URL"],
        },
        new("LMStudio", "lmstudio", "http://127.0.0.1:1234/v1", "LM_STUDIO_API_KEY", Server with { Operations = OpenAIOperations.Chat | OpenAIOperations.Completions | OpenAIOperations.Embeddings, Schema = SchemaDialect.Grammar, SplitsThinkTags = true })
        {
            RequiresKey = false,
            FurtherKeyVariables = ["LMSTUDIO_API_KEY"],
            EndpointVariables = ["LM_STUDIO_API_BASE", "LMSTUDIO_BASE_URL"],
        },
        new("LiteLLM", "litellm", "http://127.0.0.1:4000/v1", "LITELLM_PROXY_API_KEY", Service with { SendsTopK = true, SendsNames = true, SendsCacheMarks = true, ReasoningEchoField = "reasoning_content", ReasoningStateField = "thinking_blocks" })
        {
            RequiresKey = false,
            JoinsTraces = true,
            FurtherKeyVariables = ["LITELLM_API_KEY"],
            EndpointVariables = ["LITELLM_PROXY_API_BASE", "LITELLM_BASE_URL"],
        },
    ];
}
