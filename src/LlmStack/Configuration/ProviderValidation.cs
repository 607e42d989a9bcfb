using LlmStack.DependencyInjection;
using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>Checks the providers.</summary>
internal sealed class ProviderValidation(LlmStackRegistrations registrations, ProviderFormats formats, OptionsProblems problems)
{
    private const string Root = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.Providers);

    public void Validate(LlmStackOptions options)
    {
        foreach ((string name, string field) in registrations.Conflicts)
        {
            problems.Say($"{Root}:{name}", $"is defined twice in code, with different values of {field}; allowed: one definition for each name");
        }

        foreach ((string name, ProviderOptions provider) in options.Providers)
        {
            string path = $"{Root}:{name}";
            problems.Name(path, name, slashes: false);
            if (provider is null)
            {
                problems.Add(path, null, "a provider with at least a Type or an Endpoint");
                continue;
            }

            ProviderRegistration? code = registrations.Providers.GetValueOrDefault(name);
            if (code is not { HasFactory: true })
            {
                Format(path, name, provider, code);
            }

            problems.Positive($"{path}:{nameof(provider.PooledConnectionLifetime)}", provider.PooledConnectionLifetime);
            problems.NotNegative($"{path}:{nameof(provider.Retention)}", provider.Retention);
            Headers(path, provider);
            Keys(path, provider);
            PolicyValidation.Validate($"{path}:{nameof(provider.Policy)}", provider.Policy, problems);
        }
    }

    private void Format(string path, string name, ProviderOptions provider, ProviderRegistration? code)
    {
        if (formats.RowFor(name, provider) is not { } row)
        {
            problems.Add($"{path}:{nameof(provider.Type)}", provider.Type, NearMatches.OneOf(provider.Type, formats.TypeNames));
            return;
        }

        IProviderFormat format = row.Format;
        string? address = string.IsNullOrWhiteSpace(provider.Endpoint) ? format.DefaultEndpoint : provider.Endpoint;
        problems.Address($"{path}:{nameof(provider.Endpoint)}", address);
        bool isDefault = string.Equals(address?.TrimEnd('/'), format.DefaultEndpoint, StringComparison.OrdinalIgnoreCase);
        if (format.RequiresKey && isDefault && string.IsNullOrWhiteSpace(provider.ApiKey) && provider.ApiKeys.Count == 0 && code is not { HasCredential: true })
        {
            string variable = provider.ApiKeyVariable ?? format.DefaultApiKeyVariable ?? "";
            problems.Say($"{path}:{nameof(provider.ApiKey)}", $"is missing; allowed: a key there, or in the variable {variable}");
        }
        else if (provider.ApiKey is { } key && key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            problems.Say($"{path}:{nameof(provider.ApiKey)}", "contains spaces or characters that a header cannot carry; allowed: visible ASCII");
        }
    }

    private void Keys(string path, ProviderOptions provider)
    {
        foreach ((string id, ApiKeyOptions key) in provider.ApiKeys)
        {
            string at = $"{path}:{nameof(provider.ApiKeys)}:{id}";
            problems.Name(at, id, slashes: true);
            if (key is null || string.IsNullOrWhiteSpace(key.Key))
            {
                problems.Say(at, key?.Variable is { } variable ? $"has no key; allowed: a key in Key, or in the variable {variable}" : "has no key; allowed: a key in Key, or the name of the variable that holds it in Variable");
                continue;
            }

            if (key.Key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                problems.Say($"{at}:{nameof(key.Key)}", "contains spaces or characters that a header cannot carry; allowed: visible ASCII");
            }

            if (!(key.Weight > 0 && double.IsFinite(key.Weight)))
            {
                problems.Add($"{at}:{nameof(key.Weight)}", key.Weight, "a finite number, more than 0");
            }
        }
    }

    private void Headers(string path, ProviderOptions provider)
    {
        foreach ((string header, string value) in provider.Headers)
        {
            // The value may be a secret, so only the name is shown.
            using var probe = new HttpRequestMessage();
            bool valid = value is not null && !value.AsSpan().ContainsAny('\r', '\n', '\0');
            try
            {
                valid = valid && probe.Headers.TryAddWithoutValidation(header, value);
            }
            catch (FormatException)
            {
                valid = false;
            }

            if (!valid)
            {
                problems.Say($"{path}:{nameof(provider.Headers)}:{header}", "cannot be sent; allowed: a header name of letters, digits and '-', and a value without line breaks");
            }
        }
    }
}
