namespace LlmStack.Routing;

/// <summary>The deployment that a request belongs to; default for none.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Deployment">Its id.</param>
internal readonly record struct Affinity(AffinityKind Kind, string Deployment)
{
    /// <summary>Whether nobody else may serve.</summary>
    public bool Binds => Kind == AffinityKind.Conversation;

    /// <summary>Why the deployment was picked, a constant.</summary>
    public string Reason => Kind switch
    {
        AffinityKind.Session => "stays with its session",
        AffinityKind.PromptCache => "stays with its prompt cache",
        AffinityKind.ToolLoop => "continues its tool loop",
        _ => "holds the conversation",
    };
}
