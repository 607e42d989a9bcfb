
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>What is wrong with a successful answer that is not what was asked for.</summary>
internal static class BodyCheck
{
    /// <summary>Reads a whole body, and says precisely what is wrong with one that is no JSON.</summary>
    public static void Read(PooledBuffer body, IWireDocument document, ProviderHttp http, ProviderCall call)
    {
        ReadOnlySpan<byte> text = body.WrittenSpan.Trim(" \t\r\n\0"u8);
        if (text.StartsWith("\uFEFF"u8))
        {
            // The reader counts positions from the document's start, so the mark becomes spaces instead of being cut off.
            int mark = body.WrittenSpan.IndexOf("\uFEFF"u8);
            body.Bytes.Slice(mark, 3).Fill((byte)' ');
            text = text[3..];
        }

        ThrowIfNoJson(text, http, call);
        try
        {
            ReadPatched(body.Bytes, document);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent a body that is no valid JSON.", e);
        }
    }

    /// <summary>Reads a document; one that is JSON but for a bare NaN or Infinity as well.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static void ReadPatched(Span<byte> json, IWireDocument document)
    {
        try
        {
            document.Read(json);
        }
        catch (JsonException) when (JsonText.PatchNonFinite(json))
        {
            document.Read(json);
        }
    }

    /// <summary>Throws for empty bodies and pages.</summary>
    public static void ThrowIfNoJson(ReadOnlySpan<byte> text, ProviderHttp http, ProviderCall call)
    {
        if (text.IsEmpty)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent an empty body.");
        }

        if (text[0] == (byte)'<')
        {
            ErrorBody page = ErrorBody.Parse(text.ToArray());
            throw ErrorFactory.Invalid(http.Name, call.Report, $"sent a page instead of JSON: {ErrorFactory.Clean(page.Message ?? "", null)}");
        }
    }

    /// <summary>The failure of a document that has an error, or lacks the field that makes it an answer. Thrown, not returned, for what is no document.</summary>
    public static LlmException ErrorOf(ReadOnlyMemory<byte> json, bool hasError, string missing, ProviderHttp http, ProviderCall call)
    {
        ThrowIfNoJson(json.Span.Trim(" \t\r\n\0"u8), http, call);
        ErrorBody error = ErrorBody.Parse(json);
        return hasError || error.Message is not null
            ? http.ErrorIn(error, call)
            : ErrorFactory.Invalid(http.Name, call.Report, $"sent an answer without '{missing}'.");
    }
}
