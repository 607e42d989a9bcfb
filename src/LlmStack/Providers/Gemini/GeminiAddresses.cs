using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>Where the operations of one model are.</summary>
internal sealed record GeminiAddresses(Uri Generate, Uri Stream, Uri Embed, Uri Predict)
{
    public static GeminiAddresses Of(ProviderHttp http, GeminiProfile profile, string model)
    {
        string path = "/" + profile.PathOf(model);
        return new GeminiAddresses(
            http.Address(path + ":generateContent"),
            new UriBuilder(http.Address(path + ":streamGenerateContent")) { Query = "alt=sse" }.Uri,
            http.Address(path + profile.EmbedOperation),
            http.Address(path + ":predict"));
    }
}
