using LlmStack.Langfuse;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.DependencyInjection;

/// <summary>The client of the trace sink.</summary>
internal static class LangfuseHttp
{
    public static void Add(IServiceCollection services) =>
        DeliveryHttp.Add(services, LangfuseTraceSink.HttpClientName, static options => options.Langfuse.RequestTimeout)
            .AddHttpMessageHandler(static () => new TryWitness());
}
