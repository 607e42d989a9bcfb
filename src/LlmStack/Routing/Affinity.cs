namespace LlmStack.Routing;

/// <summary>The deployment that a request belongs to; default for none.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Deployment">Its id.</param>
internal readonly record struct Affinity(AffinityKind Kind, string Deployment)
{
    /// <summary>Whether nobody else may serve.</summary>
    public bool Binds => Kind is AffinityKind.Conversation or AffinityKind.EncryptedState;

    /// <summary>Why the deployment was picked, a constant.</summary>
    public string Reason => Kind switch
    {
        AffinityKind.Session => "stays with its session",
        AffinityKind.PromptCache => "stays with its prompt cache",
        AffinityKind.ToolLoop => "continues its tool loop",
        AffinityKind.EncryptedState => "made the encrypted reasoning",
        _ => "holds the conversation",
    };

    /// <summary>What is said when the deployment of a binding one is missing.</summary>
    public string Absence => Kind == AffinityKind.EncryptedState
        ? $"the deployment '{Deployment}' that made the encrypted reasoning is not among those that may serve; RoutingOptions.UnsupportedFields = Drop leaves the reasoning out"
        : $"the deployment '{Deployment}' that holds the conversation is not among those that may serve";
}
