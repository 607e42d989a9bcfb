namespace LlmStack.Tracing;

/// <summary>Every attribute name on our activities: OpenTelemetry's GenAI conventions, semconv v1.41.1 (Development), and our own prefix.</summary>
internal static class GenAiNames
{
    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string ConversationId = "gen_ai.conversation.id";
    public const string OutputType = "gen_ai.output.type";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestStream = "gen_ai.request.stream";
    public const string RequestSeed = "gen_ai.request.seed";
    public const string RequestTemperature = "gen_ai.request.temperature";
    public const string RequestTopP = "gen_ai.request.top_p";
    public const string RequestTopK = "gen_ai.request.top_k";
    public const string RequestMaxTokens = "gen_ai.request.max_tokens";
    public const string RequestFrequencyPenalty = "gen_ai.request.frequency_penalty";
    public const string RequestPresencePenalty = "gen_ai.request.presence_penalty";
    public const string RequestStopSequences = "gen_ai.request.stop_sequences";
    public const string ResponseId = "gen_ai.response.id";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseFinishReasons = "gen_ai.response.finish_reasons";
    public const string ResponseTimeToFirstChunk = "gen_ai.response.time_to_first_chunk";
    public const string UsageInputTokens = "gen_ai.usage.input_tokens";
    public const string UsageOutputTokens = "gen_ai.usage.output_tokens";
    public const string UsageCacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string UsageCacheCreationInputTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string UsageReasoningOutputTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string InputMessages = "gen_ai.input.messages";
    public const string OutputMessages = "gen_ai.output.messages";
    public const string ToolCallId = "gen_ai.tool.call.id";
    public const string ToolName = "gen_ai.tool.name";
    public const string AgentName = "gen_ai.agent.name";
    public const string PromptName = "gen_ai.prompt.name";
    public const string DataSourceId = "gen_ai.data_source.id";

    public const string OperationRetrieval = "retrieval";
    public const string OperationExecuteTool = "execute_tool";
    public const string OperationInvokeAgent = "invoke_agent";
    public const string OperationChat = "chat";

    public const string ErrorType = "error.type";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string SessionId = "session.id";
    public const string UserId = "user.id";

    public const string Deployment = "llmstack.deployment";
    public const string Group = "llmstack.group";
    public const string Attempt = "llmstack.attempt";
    public const string Attempts = "llmstack.attempts";
    public const string PromptVersion = "llmstack.prompt.version";
    public const string CostUsd = "llmstack.cost.usd";
    public const string ObservationType = "llmstack.observation.type";
    public const string Input = "llmstack.input";
    public const string Output = "llmstack.output";
    public const string TraceName = "llmstack.trace.name";
    public const string Feature = "llmstack.trace.feature";
    public const string Experiment = "llmstack.trace.experiment";
    public const string MetadataPrefix = "llmstack.metadata.";

    /// <summary>The switch other instrumentations read too: content goes onto activities when it is <c>true</c>.</summary>
    public const string CaptureContentVariable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
}
