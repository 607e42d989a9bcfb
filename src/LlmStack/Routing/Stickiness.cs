namespace LlmStack.Routing;

/// <summary>What keeps calls on one deployment of a group.</summary>
public enum Stickiness
{
    /// <summary>Nothing, except conversations that a provider keeps and the rounds of a tool loop.</summary>
    None,

    /// <summary>Calls of one session stay together.</summary>
    Session,

    /// <summary>Calls with one beginning of the conversation stay together while the provider may still have it in its cache, unless the deployment is much busier than others.</summary>
    PromptCache,
}
