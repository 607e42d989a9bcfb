using LlmStack.Providers.Http;

namespace LlmStack.Providers.Bedrock;

/// <summary>InvokeModel, which takes the body of the model's own vendor.</summary>
internal static class BedrockInvoke
{
    /// <summary>The model is part of the path; its colons and slashes are escaped.</summary>
    public static ValueTask<HttpResponseMessage> SendAsync(ProviderHttp http, ProviderCall call, PooledBuffer body, CancellationToken cancellationToken) =>
        http.SendAsync(call, http.Address($"/model/{Uri.EscapeDataString(call.Model)}/invoke"), body, stream: false, cancellationToken);
}
