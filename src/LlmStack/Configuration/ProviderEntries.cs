using LlmStack.DependencyInjection;
using LlmStack.Providers;
using LlmStack.Providers.ChatClient;
using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Makes providers, and keeps the adapter of one whose options did not change over a reload.</summary>
internal sealed class ProviderEntries(IServiceProvider services, LlmStackRegistrations registrations, ProviderFormats formats, IHttpMessageHandlerFactory http, ProviderHttpSettings httpSettings, TimeProvider time, IProviderSubstitute? substitute = null)
{
    private readonly Dictionary<string, (ProviderOptions Options, ProviderEntry Entry)> _known = new(StringComparer.OrdinalIgnoreCase);

    public ProviderEntry Get(string name, ProviderOptions options)
    {
        if (_known.TryGetValue(name, out (ProviderOptions Options, ProviderEntry Entry) known) && ProviderDefinition.AreEqual(known.Options, options))
        {
            return known.Entry;
        }

        ProviderEntry made = registrations.Providers.TryGetValue(name, out ProviderRegistration? code) && code.HasFactory
            ? FromCode(name, options, code)
            : FromFormat(name, options, code);
        _known[name] = (options, made);
        return made;
    }

    private ProviderEntry FromCode(string name, ProviderOptions options, ProviderRegistration code)
    {
        ILlmProvider provider = substitute?.For(name) ?? (code.Provider is { } make
            ? make(services)
            : new ChatClientProvider(name, code.ChatClient?.Invoke(services), code.EmbeddingGenerator?.Invoke(services)));
        return new ProviderEntry(name, provider, ProviderCredentials.Make(name, options, code, time))
        {
            IsLocal = options.IsLocal ?? false,
            RunsUserCode = true,
            TrainsOnData = options.TrainsOnData,
            Retention = options.Retention,
            PolicyOverride = options.Policy,
            ProbePlan = ProbePlan.Of(options.Probe),
            FieldPolicy = options.UnsupportedFields,
            RepairHistory = options.RepairHistory,
            CacheBreakpoints = options.CacheBreakpoints,
        };
    }

    private ProviderEntry FromFormat(string name, ProviderOptions options, ProviderRegistration? code)
    {
        IProviderFormat format = formats.RowFor(name, options)?.Format
            ?? throw new LlmException(LlmErrorKind.Configuration, $"The provider '{name}' has the unknown type '{options.Type}'.");
        var endpoint = new Uri((options.Endpoint ?? format.DefaultEndpoint!).TrimEnd('/'), UriKind.Absolute);
        httpSettings[name] = options;
        var invoker = new HttpMessageInvoker(http.CreateHandler(ProviderHttp.ClientName(name)), disposeHandler: false);
        ILlmProvider provider = substitute?.For(name) ?? format.Create(new ProviderSetup(name, options, endpoint, invoker, time));
        return new ProviderEntry(name, provider, ProviderCredentials.Make(name, options, code, time))
        {
            SystemName = format.SystemName ?? name,
            CatalogName = format.CatalogName,
            Endpoint = endpoint,
            PropagatesTrace = options.PropagateTrace,
            IsLocal = options.IsLocal ?? LocalAddress.Is(endpoint),
            TrainsOnData = options.TrainsOnData,
            Retention = options.Retention,
            PolicyOverride = options.Policy,
            ProbePlan = ProbePlan.Of(options.Probe),
            FieldPolicy = options.UnsupportedFields,
            RepairHistory = options.RepairHistory,
            CacheBreakpoints = options.CacheBreakpoints,
        };
    }
}
