using System.Text;
using LlmStack.Configuration;
using LlmStack.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmStack.Tests.Configuration;

/// <summary>Containers for tests: never the machine's own environment variables.</summary>
internal static class Stack
{
    public static ServiceProvider Build(Action<ILlmStackBuilder>? configure = null, IConfiguration? configuration = null, FakeEnvironment? environment = null, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection();
        if (configuration is not null)
        {
            collection.AddSingleton(configuration);
        }

        collection.AddSingleton<IEnvironment>(environment ?? new FakeEnvironment());
        services?.Invoke(collection);
        ILlmStackBuilder builder = collection.AddLlmStack();
        configure?.Invoke(builder);
        return collection.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    /// <summary>The content of the section <c>LlmStack</c> as JSON.</summary>
    public static IConfigurationRoot Json(string section) => new ConfigurationBuilder().AddJsonStream(Stream(section)).Build();

    public static MemoryStream Stream(string section) => new(Encoding.UTF8.GetBytes("{ \"LlmStack\": " + section + " }"));

    public static LlmStackOptions Options(this IServiceProvider services) => services.GetRequiredService<IOptions<LlmStackOptions>>().Value;

    public static RoutingSnapshot Snapshot(this IServiceProvider services) => services.GetRequiredService<SnapshotSource>().Current;

    public static string Failure(this IServiceProvider services) => Assert.Throws<OptionsValidationException>(() => services.Options()).Message;
}
