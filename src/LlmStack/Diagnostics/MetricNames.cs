namespace LlmStack.Diagnostics;

/// <summary>The names of metrics and their tags. The first family follows the OpenTelemetry GenAI conventions as of semantic conventions 1.41.</summary>
internal static class MetricNames
{
    public const string Meter = "LlmStack";
    public const string Source = "LlmStack";

    public const string OperationDuration = "gen_ai.client.operation.duration";
    public const string TokenUsage = "gen_ai.client.token.usage";
    public const string TimeToFirstChunk = "gen_ai.client.operation.time_to_first_chunk";

    public const string TimePerOutputChunk = "gen_ai.client.operation.time_per_output_chunk";

    public const string GenAiOperation = "gen_ai.operation.name";
    public const string GenAiProvider = "gen_ai.provider.name";
    public const string GenAiModel = "gen_ai.request.model";
    public const string GenAiTokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";

    public const string Calls = "llmstack.calls";
    public const string Attempts = "llmstack.attempts";
    public const string Cooldowns = "llmstack.cooldowns";
    public const string Fallbacks = "llmstack.fallbacks";
    public const string QueueDuration = "llmstack.queue.duration";
    public const string QueueWaiting = "llmstack.queue.waiting";
    public const string InFlight = "llmstack.deployment.in_flight";
    public const string Cost = "llmstack.cost";
    public const string PriceDeviations = "llmstack.price.deviations";
    public const string UnknownPrices = "llmstack.price.unknown";
    public const string LedgerFailures = "llmstack.ledger.failures";
    public const string ExchangeFailures = "llmstack.exchange.failures";
    public const string ExchangeDuration = "llmstack.exchange.duration";
    public const string Events = "llmstack.events";
    public const string EventsDropped = "llmstack.events.dropped";

    public const string Probes = "llmstack.probes";
    public const string ProbeCost = "llmstack.probe.cost";

    public const string Provider = "provider";
    public const string Group = "group";
    public const string Deployment = "deployment";
    public const string To = "to";
    public const string Kind = "kind";
    public const string Operation = "operation";

    /// <summary>The kind of what did not fail.</summary>
    public const string NoError = "None";

    public static string NameOf(LlmOperation operation) => operation switch
    {
        LlmOperation.Embeddings => "embeddings",
        LlmOperation.TextCompletion => "text_completion",
        LlmOperation.Rerank => "rerank",
        LlmOperation.Moderation => "moderation",
        LlmOperation.ImageGeneration => "image_generation",
        LlmOperation.TextToSpeech => "text_to_speech",
        LlmOperation.SpeechToText => "speech_to_text",
        _ => "chat",
    };
}
