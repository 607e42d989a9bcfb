using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tests.DependencyInjection;

/// <summary>What users configure on a provider's connections, over real sockets.</summary>
public sealed class ProviderConnectionTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""";

    [Fact]
    public async Task Calls_go_through_a_proxy_that_the_user_names()
    {
        await using var proxy = new RawHttpServer(RawReply.Body(200, Answer));
        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", "http://models.invalid/v1")
            .AddProvider("p", p => p.ConfigureHttpClient(http => http.UseSocketsHttpHandler((handler, _) =>
            {
                handler.UseProxy = true;
                handler.Proxy = new WebProxy(new Uri(proxy.Address, "/"));
            }))));
        ChatResponse response = await services.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi");
        Assert.Equal("ok", response.Text);
        Assert.StartsWith("POST http://models.invalid/v1/chat/completions HTTP/1.1", Assert.Single(proxy.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_machines_proxy_is_used_without_a_word()
    {
        // HttpClient.DefaultProxy is what HTTP_PROXY and HTTPS_PROXY set; this one serves a single name, so that other tests are not touched.
        await using var proxy = new RawHttpServer(RawReply.Body(200, Answer));
        IWebProxy before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new OneHostProxy("machine-proxy.invalid", new Uri(proxy.Address, "/"));
        try
        {
            await using ServiceProvider services = Stack.Build(llm => llm.AddOpenAICompatible("p", "http://machine-proxy.invalid/v1"));
            ChatResponse response = await services.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi");
            Assert.Equal("ok", response.Text);
            Assert.Single(proxy.Requests);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task A_private_authority_and_a_client_certificate_are_the_users_to_set()
    {
        using X509Certificate2 authority = Authority();
        using X509Certificate2 server = Issue(authority, "CN=127.0.0.1", ip: true);
        using X509Certificate2 client = Issue(authority, "CN=caller", ip: false);
        await using WebApplication app = await TlsServerAsync(server);
        string address = app.Urls.Single() + "/v1";

        await using ServiceProvider plain = Stack.Build(llm => llm.AddOpenAICompatible("p", address));
        LlmException refused = await Assert.ThrowsAsync<LlmException>(() => plain.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi"));
        Assert.Equal(LlmErrorKind.Network, refused.Kind);

        await using ServiceProvider trusting = Stack.Build(llm => llm
            .AddOpenAICompatible("p", address)
            .AddProvider("p", p => p.ConfigureHttpClient(http => http.UseSocketsHttpHandler((handler, _) => handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [client],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            }))));
        ChatResponse response = await trusting.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi");
        Assert.Equal("CN=caller", response.Text);
    }

    [Fact]
    public async Task Disposing_what_the_library_hands_out_leaves_connections_alone()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        await using ServiceProvider services = Stack.Build(llm => llm.AddOpenAICompatible("p", server.Address.ToString()).AddModelGroup("g", g => g.AddDeployment("p/m")));
        using (IChatClient adapter = services.GetRequiredService<ILlmClient>().AsIChatClient("g"))
        {
            await adapter.GetResponseAsync("hi");
        }

        Assert.Equal("ok", (await services.GetRequiredService<ILlmClient>().ChatAsync("g", "hi")).Text);
        Assert.Equal(2, server.Requests.Count);
    }

    private static async Task<WebApplication> TlsServerAsync(X509Certificate2 certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        WebApplication app = builder.Build();
        app.Run(static context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(Answer.Replace("\"ok\"", $"\"{context.Connection.ClientCertificate?.Subject}\"", StringComparison.Ordinal));
        });
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=House authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string subject, bool ip)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (ip)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 issued = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

    private sealed class OneHostProxy(string host, Uri address) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => destination.Host == host ? address : null;

        public bool IsBypassed(Uri host1) => host1.Host != host;
    }
}
