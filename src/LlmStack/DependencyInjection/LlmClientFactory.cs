using LlmStack.DependencyInjection;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmStack;

/// <summary>Makes a client without a host and without a container of your own.</summary>
public static class LlmClientFactory
{
    /// <summary>Makes a client from code and the providers' usual environment variables.</summary>
    /// <param name="configure">Adds providers, groups and sinks; null for what the environment variables imply.</param>
    /// <returns>The client with its router and tracer; dispose it to deliver the last traces and close connections.</returns>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/>: the message lists every mistake.</exception>
    public static LlmStackInstance Create(Action<ILlmStackBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        ILlmStackBuilder builder = services.AddLlmStack();
        configure?.Invoke(builder);
        ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<SnapshotSource>();
            CatalogServices.Start(provider);
            LedgerServices.Start(provider);
            return new LlmStackInstance(provider);
        }
        catch (OptionsValidationException exception)
        {
            provider.Dispose();
            throw new LlmException(LlmErrorKind.Configuration, string.Join(Environment.NewLine, exception.Failures), exception);
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }
}
