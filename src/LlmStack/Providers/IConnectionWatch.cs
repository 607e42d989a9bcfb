namespace LlmStack.Providers;

/// <summary>Whom an adapter tells when it asks for a connection and when it has one, so that connecting has a time limit of its own.</summary>
internal interface IConnectionWatch
{
    /// <summary>The request is handed to the transport, which may have to connect first.</summary>
    void Connecting();

    /// <summary>A connection is there, and the request is being sent.</summary>
    void Connected();
}
