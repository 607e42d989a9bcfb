namespace LlmStack.Routing;

/// <summary>Why a request belongs to a deployment.</summary>
internal enum AffinityKind
{
    None,

    /// <summary>Its session was there.</summary>
    Session,

    /// <summary>The beginning of its conversation is probably cached there.</summary>
    PromptCache,

    /// <summary>Its tool calls were made there.</summary>
    ToolLoop,

    /// <summary>The conversation is kept there: nobody else can go on with it.</summary>
    Conversation,

    /// <summary>The reasoning of the conversation was encrypted there: nobody else can read it.</summary>
    EncryptedState,
}
