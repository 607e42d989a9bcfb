using System.Reflection;
using LlmStack.Configuration;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Configuration;

/// <summary>Every provider of the table is found by its usual variables alone, and has its method.</summary>
public sealed class KnownProviderTests
{
    public static TheoryData<string, string> KeyVariables()
    {
        var data = new TheoryData<string, string>();
        foreach (FamilyMember member in OpenAIFamily.Members)
        {
            data.Add(member.Name, member.KeyVariable!);
            foreach (string variable in member.FurtherKeyVariables)
            {
                data.Add(member.Name, variable);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(KeyVariables))]
    public async Task The_key_alone_makes_the_provider(string name, string variable)
    {
        using var services = Stack.Build(environment: new FakeEnvironment((variable, "k-env")));
        FamilyMember member = OpenAIFamily.Members.Single(m => m.Name == name);
        ProviderEntry entry = Assert.Single(services.Snapshot().Providers).Value;
        Assert.Equal((name, member.Endpoint), (entry.Name, entry.Endpoint!.OriginalString));
        Assert.Equal("k-env", await entry.Credential.GetSecretAsync(CancellationToken.None));
        Assert.Equal(member.CatalogName, entry.CatalogName);
    }

    [Theory]
    [InlineData("lmstudio", "LM_STUDIO_API_BASE", "http://10.0.0.7:1234/v1")]
    [InlineData("vllm", "HOSTED_VLLM_API_BASE", "http://10.0.0.7:8000/v1")]
    [InlineData("litellm", "LITELLM_PROXY_API_BASE", "https://llm.example/v1")]
    public void An_address_alone_makes_a_server_that_needs_no_key(string name, string variable, string address)
    {
        using var services = Stack.Build(environment: new FakeEnvironment((variable, address)));
        Assert.Equal(new Uri(address), services.Snapshot().Providers[name].Endpoint);
    }

    [Fact]
    public void An_address_alone_makes_no_provider_that_needs_a_key()
    {
        using var services = Stack.Build(environment: new FakeEnvironment(("GROQ_BASE_URL", "https://proxy.example/v1")));
        Assert.Empty(services.Snapshot().Providers);
    }

    [Fact]
    public void The_usual_variable_wins_over_the_further_ones()
    {
        using var services = Stack.Build(environment: new FakeEnvironment(("TOGETHERAI_API_KEY", "second"), ("TOGETHER_API_KEY", "first")));
        Assert.Equal("first", services.Options().Providers["together"].ApiKey);
    }

    [Fact]
    public void A_configured_provider_takes_its_format_from_its_name_and_keeps_its_own_address()
    {
        using var services = Stack.Build(
            configuration: Stack.Json("""{ "Providers": { "groq": { "Endpoint": "https://proxy.example/v1" }, "second": { "Type": "groq" } } }"""),
            environment: new FakeEnvironment(("GROQ_API_KEY", "k")));
        Assert.Equal(new Uri("https://proxy.example/v1"), services.Snapshot().Providers["groq"].Endpoint);
        Assert.Equal(new Uri("https://api.groq.com/openai/v1"), services.Snapshot().Providers["second"].Endpoint);
        Assert.Equal("k", services.Options().Providers["second"].ApiKey);
    }

    [Fact]
    public void Every_format_with_a_name_of_its_own_has_a_method_that_adds_it()
    {
        MethodInfo[] methods = typeof(ProviderBuilderExtensions).GetMethods().Concat(typeof(KnownProviderExtensions).GetMethods()).ToArray();
        foreach (ProviderFormatRow row in new ProviderFormats().Rows.Where(static row => row.ImpliedBy is not null))
        {
            MethodInfo method = methods.First(m => m.Name == "Add" + row.Format.Type);
            using var services = Stack.Build(llm => method.Invoke(null, [.. method.GetParameters().Select(parameter => ArgumentFor(parameter, llm))]));
            ProviderOptions options = services.Options().Providers[row.ImpliedBy!];
            Assert.Equal(row.Format.Type, options.Type);
        }
    }

    private static object ArgumentFor(ParameterInfo parameter, ILlmStackBuilder llm) =>
        parameter.ParameterType == typeof(ILlmStackBuilder) ? llm
        : parameter.ParameterType == typeof(Action<ProviderOptions>) ? (Action<ProviderOptions>)(static o => (o.ApiKey, o.Endpoint) = ("k", "https://service.example"))
        : (Func<CancellationToken, ValueTask<CredentialToken>>)(static _ => new(new CredentialToken("t")));

    [Fact]
    public void Names_and_types_are_unique_and_no_variable_names_two_providers()
    {
        IReadOnlyList<ProviderFormatRow> rows = new ProviderFormats().Rows;
        Assert.Equal(rows.Count, rows.Select(static row => row.Format.Type).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        string[] variables = [.. rows.SelectMany(static row => row.FurtherKeyVariables.Concat(row.EndpointVariables).Append(row.Format.DefaultApiKeyVariable)).OfType<string>()];
        Assert.Equal(variables.Length, variables.Distinct(StringComparer.Ordinal).Count());
    }
}
