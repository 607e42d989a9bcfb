namespace LlmStack.Providers.Http;

/// <summary>A stream whose framing is broken or without end. The readers, which know of bytes alone, throw it; who reads for a call says whose stream it was.</summary>
/// <param name="kind">The kind that it means for the call.</param>
/// <param name="what">What was sent, for instance <c>a frame with a wrong checksum</c>.</param>
internal sealed class BrokenStreamException(LlmErrorKind kind, string what) : Exception(what)
{
    public LlmErrorKind Kind => kind;

    public static BrokenStreamException TooLong(int limit) => new(LlmErrorKind.InvalidResponse, $"an event longer than the limit of {limit} bytes");
}
