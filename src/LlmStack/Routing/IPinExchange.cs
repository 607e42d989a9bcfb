namespace LlmStack.Routing;

/// <summary>
/// Tells other machines where sessions, conversations and cached prompts belong. What they tell comes in by <see cref="AffinityStore.Adopt"/>.
/// The default exchanges nothing.
/// </summary>
internal interface IPinExchange
{
    /// <summary>Whether <see cref="Pinned"/> is wanted. Read after every call that is remembered.</summary>
    bool SharesPins { get; }

    /// <summary>Something belongs to a deployment. On the path of a call: it must not wait, nor throw.</summary>
    void Pinned(in SharedPin pin);
}
