using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>A client with everything behind it, made by <see cref="LlmClientFactory"/>.</summary>
/// <remarks>Disposing delivers the traces that are left, for at most <see cref="LangfuseOptions.ShutdownTimeout"/>, and closes connections. Both ways of disposing do the same; the second time does nothing.</remarks>
public sealed class LlmStackInstance : IDisposable, IAsyncDisposable
{
    private readonly ServiceProvider _services;

    internal LlmStackInstance(ServiceProvider services) => _services = services;

    /// <summary>The client.</summary>
    public ILlmClient Client => _services.GetRequiredService<ILlmClient>();

    /// <summary>The router behind it.</summary>
    public ILlmRouter Router => _services.GetRequiredService<ILlmRouter>();

    /// <summary>The tracer.</summary>
    public ILlmTracer Tracer => _services.GetRequiredService<ILlmTracer>();

    /// <summary>What is used of limits and budgets.</summary>
    public ILlmLimits Limits => _services.GetRequiredService<ILlmLimits>();

    /// <summary>The services that were registered.</summary>
    public IServiceProvider Services => _services;

    /// <inheritdoc/>
    public void Dispose() => _services.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
