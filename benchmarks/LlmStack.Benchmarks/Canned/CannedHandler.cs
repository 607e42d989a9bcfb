using System.Net;

namespace LlmStack.Benchmarks.Canned;

/// <summary>Answers every request from memory. The request's body is written out, as a socket would: lazily serialised content is paid for.</summary>
internal sealed class CannedHandler(string mediaType, Func<HttpContent> content) : HttpMessageHandler
{
    public static CannedHandler Chat() => new("application/json", static () => new ByteArrayContent(CannedBodies.Chat));

    public static CannedHandler Stream() => new("text/event-stream; charset=utf-8", static () => new ByteArrayContent(CannedBodies.Stream));

    /// <summary>A stream of which the first read brings everything up to the first text, and the next one the rest.</summary>
    public static CannedHandler StreamInTwoParts() =>
        new("text/event-stream; charset=utf-8", static () => new StreamContent(new TwoPartStream(CannedBodies.StreamToFirstText, CannedBodies.StreamAfterFirstText)));

    public static CannedHandler EmbeddingsBase64() => new("application/json", static () => new ByteArrayContent(CannedBodies.EmbeddingsBase64));

    public static CannedHandler EmbeddingsNumbers() => new("application/json", static () => new ByteArrayContent(CannedBodies.EmbeddingsNumbers));

    /// <summary>A whole answer or event stream of any format.</summary>
    public static CannedHandler Of(byte[] body, bool stream) => new(stream ? "text/event-stream" : "application/json", () => new ByteArrayContent(body));

    /// <summary>Takes trace batches of either kind: an empty protobuf message means all were accepted.</summary>
    public static CannedHandler Traces() => new("application/x-protobuf", static () => new ByteArrayContent([]));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } sent)
        {
            await sent.CopyToAsync(System.IO.Stream.Null, cancellationToken);
        }

        return Answer(request);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content?.CopyTo(System.IO.Stream.Null, null, cancellationToken);
        return Answer(request);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        HttpContent body = content();
        body.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = body, RequestMessage = request };
        response.Headers.TryAddWithoutValidation("x-request-id", "req_7f3b1c9e2d8a4f60b5c7e9a1d3f5b7c9");
        return response;
    }
}
