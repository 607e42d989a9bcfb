using LlmStack.Providers.Http;

namespace LlmStack.Providers.Anthropic;

/// <summary>Where messages are sent.</summary>
internal sealed record AnthropicAddresses(Uri Message, Uri Stream)
{
    /// <param name="endpoint">The base address; it may end with the version.</param>
    /// <param name="http">Makes addresses.</param>
    /// <param name="model">The model that the address names; empty when the body does.</param>
    public static AnthropicAddresses Of(Uri endpoint, ProviderHttp http, string model)
    {
        if (model.Length > 0)
        {
            string path = $"/publishers/anthropic/models/{Uri.EscapeDataString(model)}";
            return new AnthropicAddresses(http.Address(path + ":rawPredict"), http.Address(path + ":streamRawPredict"));
        }

        Uri one = http.Address(endpoint.AbsolutePath.EndsWith("/v1", StringComparison.Ordinal) ? "/messages" : "/v1/messages");
        return new AnthropicAddresses(one, one);
    }
}
