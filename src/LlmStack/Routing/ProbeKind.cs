namespace LlmStack.Routing;

/// <summary>What a probe asks.</summary>
public enum ProbeKind
{
    /// <summary>The provider's list of models: costs no tokens and says whether the server answers. One question serves all deployments of a provider.</summary>
    Models = 0,

    /// <summary>One word of each deployment, for at most one token of output: says whether the model answers, and costs a little.</summary>
    Chat,
}
