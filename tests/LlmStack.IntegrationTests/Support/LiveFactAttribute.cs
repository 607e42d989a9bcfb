namespace LlmStack.IntegrationTests.Support;

/// <summary>A test against a real engine; skipped with the reason when the variable that names its address is not set.</summary>
internal sealed class LiveFactAttribute : FactAttribute
{
    public const string Endpoint = "LLMSTACK_LIVE_ENDPOINT";
    public const string EmbeddingsEndpoint = "LLMSTACK_LIVE_EMBEDDINGS_ENDPOINT";
    public const string RerankEndpoint = "LLMSTACK_LIVE_RERANK_ENDPOINT";

    public LiveFactAttribute(string variable = Endpoint)
    {
        Timeout = 120_000;
        if (string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable)))
        {
            Skip = $"Needs a real engine: set {variable} to the address of an OpenAI-compatible server, for instance http://127.0.0.1:18090/v1.";
        }
    }

    public static string Address(string variable = Endpoint) => Environment.GetEnvironmentVariable(variable)!.TrimEnd('/');

    /// <summary>The model to ask; any name will do for llama.cpp's server.</summary>
    public static string Model => Environment.GetEnvironmentVariable("LLMSTACK_LIVE_MODEL") is { Length: > 0 } model ? model : "tiny";
}
