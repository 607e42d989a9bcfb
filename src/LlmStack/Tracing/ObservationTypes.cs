namespace LlmStack.Tracing;

/// <summary>Names of observation types and levels as they travel, without reflection.</summary>
internal static class ObservationTypes
{
    public static string NameOf(ObservationType type) => type switch
    {
        ObservationType.Generation => "generation",
        ObservationType.Event => "event",
        ObservationType.Embedding => "embedding",
        ObservationType.Agent => "agent",
        ObservationType.Tool => "tool",
        ObservationType.Chain => "chain",
        ObservationType.Retriever => "retriever",
        ObservationType.Guardrail => "guardrail",
        ObservationType.Evaluator => "evaluator",
        _ => "span",
    };

    public static string NameOf(ObservationLevel level) => level switch
    {
        ObservationLevel.Debug => "DEBUG",
        ObservationLevel.Warning => "WARNING",
        ObservationLevel.Error => "ERROR",
        _ => "DEFAULT",
    };

    public static string NameOf(ScoreDataType type) => type switch
    {
        ScoreDataType.Boolean => "BOOLEAN",
        ScoreDataType.Categorical => "CATEGORICAL",
        ScoreDataType.Text => "TEXT",
        ScoreDataType.Correction => "CORRECTION",
        _ => "NUMERIC",
    };
}
