using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using LlmStack.Providers;

namespace LlmStack.Testing;

/// <summary>
/// A provider that speaks HTTP. The kit runs a server on loopback; the fixture makes the provider against its address and writes canned
/// answers in the provider's wire format.
/// </summary>
[Experimental("LLMSTACK001")]
[SuppressMessage("ApiDesign", "RS0022:Constructor make noninheritable base class inheritable", Justification = "These two are what one derives from; their base is what they share.")]
public abstract class HttpConformanceFixture : ConformanceFixture
{
    /// <summary>The media type of a stream. Default <c>text/event-stream</c>.</summary>
    public virtual string StreamMediaType => "text/event-stream";

    /// <summary>The header that carries the provider's id of a request; null when the format has none. Default <c>x-request-id</c>.</summary>
    public virtual string? RequestIdHeader => "x-request-id";

    /// <summary>How many events at a stream's end may be missing without the answer being incomplete. Default 0.</summary>
    public virtual int OptionalEvents => 0;

    /// <summary>The same for the stream of an operation beside chat. Default 0.</summary>
    /// <param name="operation">One operation.</param>
    public virtual int OptionalEventsOf(ConformanceOperations operation) => 0;

    /// <summary>The secret that the provider is called with; it must show up in no exception.</summary>
    public virtual string Secret => "sk-conformance-0123456789abcdef";

    /// <summary>The kinds that statuses stand for; override for a provider that uses one otherwise.</summary>
    public virtual IReadOnlyDictionary<int, LlmErrorKind> StatusKinds { get; } = new Dictionary<int, LlmErrorKind>
    {
        [400] = LlmErrorKind.InvalidRequest,
        [401] = LlmErrorKind.Authentication,
        [403] = LlmErrorKind.PermissionDenied,
        [404] = LlmErrorKind.NotFound,
        [408] = LlmErrorKind.Timeout,
        [422] = LlmErrorKind.InvalidRequest,
        [429] = LlmErrorKind.RateLimited,
        [500] = LlmErrorKind.ServerError,
        [502] = LlmErrorKind.ServerError,
        [503] = LlmErrorKind.Overloaded,
        [504] = LlmErrorKind.Timeout,
    };

    internal sealed override bool IsHttp => true;

    /// <summary>Makes the provider. It must not retry by itself, and may be asked for several times.</summary>
    /// <param name="address">The server's address, without a path.</param>
    public abstract ILlmProvider CreateProvider(Uri address);

    /// <summary>Writes a whole answer.</summary>
    /// <param name="answer">What to say.</param>
    public abstract string WriteBody(CannedAnswer answer);

    /// <summary>Writes a streamed answer: each item is one event with its framing, in order, the terminal event last.</summary>
    /// <param name="answer">What to say.</param>
    public abstract IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer);

    /// <summary>Writes the body of an error. Default: <c>{"error":{"message":…}}</c>.</summary>
    /// <param name="status">The status; 200 for an error inside a successful answer.</param>
    /// <param name="message">The message.</param>
    public virtual string WriteError(int status, string message) => $"{{\"error\":{{\"message\":\"{JsonEncodedText.Encode(message)}\"}}}}";

    /// <summary>Writes an error inside a stream, with its framing. Default: an event whose data is the body of an error.</summary>
    /// <param name="message">The message.</param>
    public virtual ReadOnlyMemory<byte> WriteErrorEvent(string message) => Utf8($"data: {WriteError(200, message)}\n\n");

    /// <summary>Writes an answer beside chat; needed for what <see cref="ConformanceFixture.Operations"/> names.</summary>
    /// <param name="answer">What to say: one of the records that derive from <see cref="CannedOperation"/>.</param>
    /// <param name="streaming">Whether the stream of the operation was asked for.</param>
    public virtual CannedBody WriteOperation(CannedOperation answer, bool streaming) =>
        throw new NotSupportedException($"{GetType().Name} offers {answer.Operation} and does not override WriteOperation.");

    /// <summary>Text as bytes, for <see cref="WriteEvents"/>.</summary>
    /// <param name="text">The text.</param>
    protected static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    internal sealed override ConformanceStage Open(Func<string, bool, ConformanceStep> script) => new HttpConformanceStage(this, script);
}
