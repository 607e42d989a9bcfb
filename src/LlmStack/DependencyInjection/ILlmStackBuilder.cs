using Microsoft.Extensions.DependencyInjection;

namespace LlmStack;

/// <summary>Adds providers, groups and sinks to LlmStack; extension methods do the work.</summary>
public interface ILlmStackBuilder
{
    /// <summary>The services being configured.</summary>
    IServiceCollection Services { get; }
}
