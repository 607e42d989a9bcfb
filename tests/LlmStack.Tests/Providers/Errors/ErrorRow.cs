using System.Globalization;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>One row of a vendor's table of errors: what it answers, and all that has to come of it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="Kind">The kind it means.</param>
/// <param name="Code">The vendor's own word, which the exception keeps.</param>
internal sealed record ErrorRow(int Status, string Body, LlmErrorKind Kind, string? Code = null)
{
    private const string HeaderId = "req-of-the-header";

    /// <summary>Headers beside the request's id, each <c>name: value</c>.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>The header in which this vendor has the id of a request; null for none.</summary>
    public string? IdHeader { get; init; }

    /// <summary>The id of the request, where only the body has it.</summary>
    public string? BodyId { get; init; }

    /// <summary>How long the vendor asks to wait.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>What the same body means inside an answer of status 200, plain and as the first event of a stream; null where it has no words for it.</summary>
    public LlmErrorKind? InBand { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {Kind}: {Body}");

    /// <summary>Checks the row as a status, plain and streamed, and inside an answer that looks successful.</summary>
    /// <param name="wire">The format.</param>
    /// <param name="inStream">Makes the first event of a stream of the body; null when the format's streams carry no such error.</param>
    /// <param name="model">Another model than the format's usual one.</param>
    public async Task AssertAsync(FormatWire wire, Func<string, string>? inStream = null, string? model = null)
    {
        string[] headers = [.. Headers, .. IdHeader is null ? Array.Empty<string>() : [$"{IdHeader}: {HeaderId}"]];
        LlmException plain = await FailAsync(wire, RawReply.Body(Status, Body, headers), stream: false, model);
        LlmException streamed = await FailAsync(wire, RawReply.Body(Status, Body, headers), stream: true, model);
        foreach (LlmException failure in new[] { plain, streamed })
        {
            Assert.Equal(
                (this, Kind, Status, Code, IdHeader is null ? BodyId : HeaderId, RetryAfter),
                (this, failure.Kind, failure.StatusCode ?? 0, failure.ErrorCode, failure.RequestId, failure.RetryAfter?.TotalSeconds));
            Assert.DoesNotContain("secret-key", failure.ToString(), StringComparison.Ordinal);
        }

        if (InBand is not { } kind)
        {
            return;
        }

        LlmException inside = await FailAsync(wire, RawReply.Body(200, Body, "Content-Type: application/json"), stream: false, model);
        Assert.Equal((this, kind, 200, Code), (this, inside.Kind, inside.StatusCode ?? 0, inside.ErrorCode));
        if (inStream is not null)
        {
            LlmException first = await FailAsync(wire, RawReply.StreamBytes(Encoding.UTF8.GetBytes(inStream(Body))), stream: true, model);
            Assert.Equal((this, kind, 200, Code), (this, first.Kind, first.StatusCode ?? 0, first.ErrorCode));
        }
    }

    private static async Task<LlmException> FailAsync(FormatWire wire, RawReply reply, bool stream, string? model)
    {
        await using var server = new RawHttpServer(reply);
        using HttpMessageInvoker http = Wire.Sockets();
        ILlmProvider provider = wire.Provider(http, server.Address);
        return await Assert.ThrowsAsync<LlmException>(async () =>
        {
            if (stream)
            {
                await Wire.CollectAsync(provider.ChatStreamingAsync(wire.Call(other: model), Wire.Hello, null, CancellationToken.None));
            }
            else
            {
                await provider.ChatAsync(wire.Call(other: model), Wire.Hello, null, CancellationToken.None);
            }
        });
    }
}
