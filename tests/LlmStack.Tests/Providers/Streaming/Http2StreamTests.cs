using System.Net;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>Streaming case 103: what HTTP/2 servers do to single streams.</summary>
public sealed class Http2StreamTests
{
    private const int InternalError = 2;
    private const int RefusedStream = 7;

    [Fact]
    public async Task Case_103_a_whole_stream_arrives()
    {
        StreamOutcome outcome = await StreamAsync(static context => SendAsync(context, Events(Chunk("a"), Stop, "[DONE]")));

        Assert.Null(outcome.Failure);
        Assert.Equal("a", outcome.Text);
    }

    [Fact]
    public async Task Case_103_a_reset_in_the_middle_is_a_network_failure()
    {
        StreamOutcome outcome = await StreamAsync(static async context =>
        {
            await SendAsync(context, Events(Chunk("a")));
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(InternalError);
        });

        Assert.Equal(LlmErrorKind.Network, outcome.Failure!.Kind);
        Assert.True(outcome.Report.RequestSent);
    }

    [Fact]
    public async Task Case_103_a_stream_that_is_refused_before_its_headers_is_a_network_failure_that_may_be_repeated()
    {
        StreamOutcome outcome = await StreamAsync(static context =>
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(RefusedStream);
            return Task.CompletedTask;
        });

        Assert.Equal(LlmErrorKind.Network, outcome.Failure!.Kind);
        Assert.Null(outcome.Failure.StatusCode);
        Assert.Empty(outcome.Updates);
    }

    private static async Task SendAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        await context.Response.Body.FlushAsync();
    }

    private static async Task<StreamOutcome> StreamAsync(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        await using WebApplication server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        string address = server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        using var http = new HttpMessageInvoker(new PriorKnowledge { InnerHandler = new SocketsHttpHandler() });
        return await Wire.StreamAsync(Provider(http, new Uri(address + "/v1")), Wire.Call());
    }

    /// <summary>HTTP/2 without TLS has to be agreed on before.</summary>
    private sealed class PriorKnowledge : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
