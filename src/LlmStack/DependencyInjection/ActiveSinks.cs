using LlmStack.Langfuse;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>The sinks in force: those the application registered, and Langfuse when its keys are known.</summary>
internal sealed class ActiveSinks
{
    public ActiveSinks(IServiceProvider services, IEnumerable<ITraceSink> registered, IOptions<LlmStackOptions> options)
    {
        List<ITraceSink> all = [.. registered];
        LangfuseProjectResolver? resolver = services.GetService<LangfuseProjectResolver>();
        if (options.Value.Tracing.Enabled && options.Value.Langfuse.Enabled && (resolver is not null || options.Value.Langfuse.Projects.Count > 0))
        {
            all.Add(services.GetRequiredService<LangfuseSinks>());
        }
        else if (IsLangfuseActive(options.Value))
        {
            // Made only now: a sink without keys would own a queue and a loop for nothing.
            all.Add(services.GetRequiredService<LangfuseTraceSink>());
        }

        All = all;
    }

    public IReadOnlyList<ITraceSink> All { get; }

    public static bool IsLangfuseActive(LlmStackOptions options) =>
        options.Tracing.Enabled && options.Langfuse is { Enabled: true, PublicKey.Length: > 0, SecretKey.Length: > 0 };
}
