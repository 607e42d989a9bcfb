namespace LlmStack.Providers.Fidelity;

/// <summary>How far a model's answers can be bound to a form.</summary>
internal enum StructuredLevel
{
    /// <summary>To a JSON schema.</summary>
    Schema,

    /// <summary>To JSON of any kind.</summary>
    Json,

    /// <summary>Not at all.</summary>
    None,
}
