namespace LlmStack.Providers;

/// <summary>Whom an adapter tells what it waits for before it can send, so that this is measured, and that connecting has a time limit of its own.</summary>
internal interface IConnectionWatch
{
    /// <summary>A secret is asked for that may have to be fetched.</summary>
    void FetchingCredential();

    /// <summary>The secret is there, or could not be had.</summary>
    void FetchedCredential();

    /// <summary>The request is handed to the transport, which may have to connect first.</summary>
    void Connecting();

    /// <summary>A connection is there, and the request is being sent.</summary>
    void Connected();
}
