namespace LlmStack.Providers.Http;

/// <summary>Finds out by its first byte what a stream holds. The content type is not asked: gateways label streams as anything, and errors as streams.</summary>
internal static class StreamOpening
{
    /// <summary>The first byte that says something; false while it has not arrived.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidResponse"/>: the stream ended without one.</exception>
    public static bool TryPeek<TReader>(TReader reader, ProviderHttp http, ProviderCall call, out byte first)
        where TReader : IEventReader =>
        reader.TryPeek(out first) || (reader.Ended ? throw ErrorFactory.Invalid(http.Name, call.Report, "sent an empty stream.") : false);

    /// <summary>Whether a byte begins a single document or a page instead of events.</summary>
    public static bool IsDocument(byte first) => first is (byte)'{' or (byte)'[' or (byte)'<' or (byte)'"';
}
