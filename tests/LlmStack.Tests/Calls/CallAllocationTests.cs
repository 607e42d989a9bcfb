using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace LlmStack.Tests.Calls;

/// <summary>What routing and tracing add to the adapter's own call, the route on the response included.</summary>
[Collection(ActivitiesInTurn.Name)]
public sealed class CallAllocationTests(ITestOutputHelper output)
{
    private const int Calls = 200;
    private const string Model = "gpt-4o-mini";

    // Without optimisation the compiler makes objects of the async methods' state machines; these are theirs.
    private static readonly long Limit = IsOptimised ? 256 : 256 + 600;

    private static readonly ChatMessage[] Messages = [new(ChatRole.User, "Hello")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_plain_call_stays_within_256_bytes_of_the_adapter_alone(bool traced)
    {
        using ServiceProvider services = Services(traced);
        ILlmClient client = services.GetRequiredService<ILlmClient>();
        ProviderEntry provider = services.GetRequiredService<SnapshotSource>().Current.Providers["p"];
        var call = new ProviderCall(Model, provider.Credential);

        long plain = Measure(() =>
        {
            call.Report.Reset();
            ValueTask<ChatResponse> answer = provider.Provider.ChatAsync(call, Messages, null, CancellationToken.None);
            Assert.True(answer.IsCompletedSuccessfully);
            answer.GetAwaiter().GetResult();
        });
        long routed = Measure(() =>
        {
            Task<ChatResponse> answer = client.ChatAsync("fast", Messages);
            Assert.True(answer.IsCompletedSuccessfully);
            Assert.NotNull(answer.Result.GetRoute());
        });

        output.WriteLine($"adapter alone {plain} B, routed {routed} B, added {routed - plain} B");
        Assert.InRange(routed - plain, 1, Limit);
    }

    private static bool IsOptimised => typeof(ILlmClient).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };

    private static ServiceProvider Services(bool traced)
    {
        var services = new ServiceCollection();
        services.AddLlmStack(llm =>
        {
            llm.AddProvider("p", provider =>
            {
                provider.Options.Type = "openai";
                provider.Options.Endpoint = "https://provider.example/v1";
                provider.Options.ApiKey = "sk-test";
                provider.ConfigureHttpClient(http => http.ConfigurePrimaryHttpMessageHandler(() => new AnsweringHandler()));
            });
            llm.AddModelGroup("fast", group => group
                .AddDeployment("p/" + Model, deployment => deployment.Weight = 3)
                .AddDeployment("p/" + Model, deployment => deployment.Id = "second"));
            llm.Configure(options => options.Tracing.Enabled = traced);
            if (traced)
            {
                llm.AddSink(new NullSink());
            }
        });
        return services.BuildServiceProvider();
    }

    // The best of several rounds: the runtime itself may allocate while it compiles a tier.
    private static long Measure(Action action)
    {
        long best = long.MaxValue;
        for (int round = 0; round < 12; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                action();
            }

            best = Math.Min(best, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        return best;
    }

    /// <summary>Answers at once, from memory.</summary>
    private sealed class AnsweringHandler : HttpMessageHandler
    {
        private static readonly byte[] Body = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}
            """u8.ToArray();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Body), RequestMessage = request };
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return response;
        }
    }
}
