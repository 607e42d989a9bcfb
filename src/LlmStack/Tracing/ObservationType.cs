namespace LlmStack.Tracing;

/// <summary>The kinds of observation, as Langfuse has them.</summary>
public enum ObservationType
{
    /// <summary>A step of work.</summary>
    Span = 0,

    /// <summary>A call of a model.</summary>
    Generation,

    /// <summary>A moment without duration.</summary>
    Event,

    /// <summary>An embedding call.</summary>
    Embedding,

    /// <summary>An agent deciding.</summary>
    Agent,

    /// <summary>A tool at work.</summary>
    Tool,

    /// <summary>A link between steps.</summary>
    Chain,

    /// <summary>A retrieval.</summary>
    Retriever,

    /// <summary>A guardrail.</summary>
    Guardrail,

    /// <summary>An evaluator.</summary>
    Evaluator,
}
