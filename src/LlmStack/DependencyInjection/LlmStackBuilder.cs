using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.DependencyInjection;

internal sealed class LlmStackBuilder(IServiceCollection services) : ILlmStackBuilder
{
    public IServiceCollection Services { get; } = services;
}
