using System.Net;

namespace LlmStack.Tests.Providers;

/// <summary>Remembers the address and the headers of the last request, and answers an empty object.</summary>
internal sealed class HeadersHandler : HttpMessageHandler
{
    public string? Address { get; private set; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Address = request.RequestUri!.AbsoluteUri;
        foreach (KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues> header in request.Headers.NonValidated)
        {
            Headers[header.Key] = header.Value.ToString();
        }

        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") });
    }
}
