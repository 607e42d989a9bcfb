namespace LlmStack.Calls;

/// <summary>An operation whose answer is streamed, and may be taken up again after a loss.</summary>
internal interface IStreamOperation<TUpdate> : ICallOperation<OpenStream<TUpdate>>
    where TUpdate : class
{
    /// <summary>Whether plain text is all that the answer may be, so that another deployment can go on from a part of it.</summary>
    bool IsContinuable { get; }

    /// <summary>Makes later attempts go on after a partial answer.</summary>
    void ContinueAfter(string partialText);
}
