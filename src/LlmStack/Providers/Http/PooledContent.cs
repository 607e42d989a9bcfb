using System.Net;
using System.Net.Http.Headers;

namespace LlmStack.Providers.Http;

/// <summary>A request body over a pooled buffer. A handler may send it several times within one attempt.</summary>
internal sealed class PooledContent : HttpContent
{
    private readonly PooledBuffer _body;
    private readonly IConnectionWatch? _watch;
    private volatile bool _started;

    public PooledContent(PooledBuffer body, string mediaType, IConnectionWatch? watch = null)
    {
        _body = body;
        _watch = watch;
        Headers.TryAddWithoutValidation("Content-Type", mediaType);
        Headers.ContentLength = body.Length;
    }

    /// <summary>Whether a handler began to send the body: from then on the request may have been billed.</summary>
    public bool Started => _started;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!_body.TryHold())
        {
            throw new ObjectDisposedException(nameof(PooledContent), "The attempt that owned this body is over.");
        }

        try
        {
            _started = true;
            _watch?.Connected();
            await stream.WriteAsync(_body.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _body.Dispose();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
