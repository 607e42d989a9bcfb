namespace LlmStack.Providers.Http;

/// <summary>One streamed answer of a wire format: opens itself, then turns what arrives into updates.</summary>
/// <typeparam name="TReader">What cuts the bytes into events.</typeparam>
/// <typeparam name="TUpdate">What the answer is handed on in.</typeparam>
internal interface IEventStream<in TReader, out TUpdate> : IDisposable
    where TReader : IEventReader
    where TUpdate : class
{
    /// <summary>Whether the terminal event was seen; nothing after it is read.</summary>
    bool Done { get; }

    /// <summary>Writes the request, sends it, and returns the successful answer.</summary>
    ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The next update of what has arrived; null when more bytes are needed, or when the stream is complete.</summary>
    TUpdate? Next(TReader reader);

    /// <summary>The last update: what is complete only at the end, the usage, and the reason why generation ended.</summary>
    TUpdate Final();
}
