using System.Net;

namespace LlmStack.Langfuse;

/// <summary>A body that knows whether anybody began to send it: a request that was given up while it connected cannot have arrived.</summary>
internal sealed class SentContent : ByteArrayContent
{
    private volatile bool _started;

    public SentContent(byte[] bytes)
        : base(bytes)
    {
    }

    public SentContent(byte[] bytes, int offset, int count)
        : base(bytes, offset, count)
    {
    }

    /// <summary>Whether a request may have been sent: false only when it has such a body and nobody began to send that.</summary>
    public static bool MayHaveLeft(HttpRequestMessage request) => request.Content is not SentContent { _started: false };

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _started = true;
        return base.SerializeToStreamAsync(stream, context);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _started = true;
        return base.SerializeToStreamAsync(stream, context, cancellationToken);
    }
}
