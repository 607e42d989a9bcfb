namespace LlmStack.Providers.Http;

/// <summary>Authenticates a request as a whole, where a format does more than carry its key in a header.</summary>
internal interface IRequestSigner
{
    /// <summary>Adds what proves the caller; the last change of a request before it is sent.</summary>
    /// <param name="request">The request, with its address and headers.</param>
    /// <param name="body">Its body.</param>
    /// <param name="secret">The credential's secret; null when there is none.</param>
    void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, string? secret);

    /// <summary>Learns from a refusal what was wrong with the proof alone; true when another request may fare better.</summary>
    /// <param name="refusal">The answer to a request that was signed.</param>
    bool Correct(HttpResponseMessage refusal);
}
