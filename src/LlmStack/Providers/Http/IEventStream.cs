using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>One streamed chat of a wire format: opens itself, then turns what arrives into updates.</summary>
/// <typeparam name="TReader">What cuts the bytes into events.</typeparam>
internal interface IEventStream<in TReader> : IDisposable
    where TReader : IEventReader
{
    /// <summary>Whether the terminal event was seen; nothing after it is read.</summary>
    bool Done { get; }

    /// <summary>Writes the request, sends it, and returns the successful answer.</summary>
    ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The next update of what has arrived; null when more bytes are needed, or when the stream is complete.</summary>
    ChatResponseUpdate? Next(TReader reader);

    /// <summary>The last update: what is complete only at the end, the usage, and the reason why generation ended.</summary>
    RoutedChatResponseUpdate Final();
}
