using System.Net;
using System.Runtime.CompilerServices;
using LlmStack.Configuration;
using LlmStack.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.DependencyInjection;

/// <summary>
/// A call and a stream through the whole path against canned bytes, so that the runtime compiles it before the first user comes.
/// It runs in a container of its own: no metric, log line, trace or recent call shows it, and nothing leaves the process.
/// </summary>
internal static class Rehearsal
{
    private const string Name = "rehearsal";

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            // Compiled ahead of time: there is nothing to prepare.
            return;
        }

        var services = new ServiceCollection();
        services.AddSingleton<IEnvironment, NoEnvironment>();
        services.AddSingleton(new CallMetrics(null));
        services.AddLlmStack(llm => llm
            .AddOpenAICompatible(Name, "http://rehearsal.invalid/v1")
            .AddProvider(Name, static p => p.ConfigureHttpClient(static http => http.ConfigurePrimaryHttpMessageHandler(static () => new CannedHandler())))
            .AddModelGroup(Name, static g => g.AddDeployment($"{Name}/m"))
            .Configure(static options => options.Tracing.Enabled = false));
        ServiceProvider provider = services.BuildServiceProvider();
        await using (provider.ConfigureAwait(false))
        {
            ILlmClient client = provider.GetRequiredService<ILlmClient>();
            await client.ChatAsync(Name, "Hello", cancellationToken: cancellationToken).ConfigureAwait(false);
            await foreach (ChatResponseUpdate update in client.ChatStreamingAsync(Name, "Hello", cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                _ = update.Text;
            }
        }
    }

    private sealed class NoEnvironment : IEnvironment
    {
        public string? Get(string name) => null;
    }

    /// <summary>Answers the first request as a whole and the second as a stream.</summary>
    private sealed class CannedHandler : HttpMessageHandler
    {
        private int _requests;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            bool stream = ++_requests > 1;
            byte[] body = stream
                ? """
                  data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}

                  data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}

                  data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

                  data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}

                  data: [DONE]


                  """u8.ToArray()
                : """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"""u8.ToArray();
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", stream ? "text/event-stream" : "application/json");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request };
        }
    }
}
