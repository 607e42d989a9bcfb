using System.Diagnostics.CodeAnalysis;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LlmStack;

/// <summary>Adds sinks for traces; several may be active.</summary>
public static class SinkBuilderExtensions
{
    /// <summary>Adds a sink that the container makes and disposes.</summary>
    /// <typeparam name="TSink">The sink.</typeparam>
    /// <param name="builder">The builder.</param>
    public static ILlmStackBuilder AddSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>(this ILlmStackBuilder builder)
        where TSink : class, ITraceSink
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ITraceSink, TSink>());
        return builder;
    }

    /// <summary>Adds a sink; whoever made it disposes it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="sink">The sink.</param>
    public static ILlmStackBuilder AddSink(this ILlmStackBuilder builder, ITraceSink sink)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(sink);
        builder.Services.AddSingleton(sink);
        return builder;
    }
}
