
namespace LlmStack.Providers.Http;

/// <summary>What is wrong with a successful answer that is not what was asked for.</summary>
internal static class BodyCheck
{
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

    /// <summary>The failure of a document that has an error, or lacks the field that makes it an answer.</summary>
    public static LlmException ErrorOf(ReadOnlyMemory<byte> json, bool hasError, string missing, ProviderHttp http, ProviderCall call)
    {
        ErrorBody error = ErrorBody.Parse(json);
        return hasError || error.Message is not null
            ? http.ErrorIn(error, call)
            : ErrorFactory.Invalid(http.Name, call.Report, $"sent an answer without '{missing}'.");
    }
}
