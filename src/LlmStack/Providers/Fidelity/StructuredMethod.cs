namespace LlmStack.Providers.Fidelity;

/// <summary>How an answer in a form is asked for.</summary>
internal enum StructuredMethod
{
    /// <summary>No form was asked for.</summary>
    None,

    /// <summary>By the format's own field.</summary>
    Native,

    /// <summary>By a tool that the model must call; its arguments are the answer.</summary>
    ForcedTool,

    /// <summary>By the field for any JSON, with the schema in the prompt.</summary>
    JsonMode,

    /// <summary>By the prompt alone.</summary>
    Prompt,
}
