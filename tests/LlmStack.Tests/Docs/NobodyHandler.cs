using System.Net;

namespace LlmStack.Tests.Docs;

/// <summary>Keeps the body of a request and answers that nobody is there.</summary>
internal sealed class NobodyHandler : HttpMessageHandler
{
    public string? Body { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Body = await request.Content!.ReadAsStringAsync(cancellationToken);
        return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("") };
    }
}
