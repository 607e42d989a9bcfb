using LlmStack.DependencyInjection;
using LlmStack.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Configuration;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task The_key_of_openai_alone_makes_the_provider()
    {
        using var services = Stack.Build(environment: new FakeEnvironment(("OPENAI_API_KEY", "k-env")));
        ProviderEntry openai = services.Snapshot().Providers["openai"];
        Assert.Equal(new Uri("https://api.openai.com/v1"), openai.Endpoint);
        Assert.Equal("k-env", await openai.Credential.GetSecretAsync(CancellationToken.None));
        Assert.False(openai.IsLocal);
    }

    [Fact]
    public void Without_any_key_there_is_no_provider_and_no_error()
    {
        using var services = Stack.Build();
        Assert.Empty(services.Snapshot().Providers);
    }

    [Fact]
    public void Address_and_organization_of_openai_come_from_variables_unless_set()
    {
        var environment = new FakeEnvironment(("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "https://proxy.example/v1"), ("OPENAI_ORG_ID", "org-env"));
        using var unset = Stack.Build(environment: environment);
        Assert.Equal(("https://proxy.example/v1", "org-env"), (unset.Options().Providers["openai"].Endpoint, unset.Options().Providers["openai"].Organization));
        using var set = Stack.Build(llm => llm.AddOpenAI(provider => { provider.Endpoint = "https://mine.example/v1"; provider.Organization = "org-code"; }), environment: environment);
        Assert.Equal(("https://mine.example/v1", "org-code"), (set.Options().Providers["openai"].Endpoint, set.Options().Providers["openai"].Organization));
    }

    [Fact]
    public void A_provider_names_the_variable_of_its_key()
    {
        using var services = Stack.Build(
            llm => llm.AddOpenAICompatible("other", "https://example.com/v1", provider => provider.ApiKeyVariable = "OTHER_KEY"),
            environment: new FakeEnvironment(("OTHER_KEY", "k-other"), ("OPENAI_API_KEY", "k-openai")));
        Assert.Equal("k-other", services.Options().Providers["other"].ApiKey);
        Assert.Equal("k-openai", services.Options().Providers["openai"].ApiKey);
    }

    [Fact]
    public void A_key_of_openai_is_never_sent_to_another_server()
    {
        using var services = Stack.Build(llm => llm.AddOpenAICompatible("other", "https://example.com/v1"), environment: new FakeEnvironment(("OPENAI_API_KEY", "k-openai")));
        Assert.Null(services.Options().Providers["other"].ApiKey);
    }

    [Fact]
    public void Langfuse_is_set_by_its_variables()
    {
        using var services = Stack.Build(environment: new FakeEnvironment(
            ("LANGFUSE_PUBLIC_KEY", "pk"), ("LANGFUSE_SECRET_KEY", "sk"), ("LANGFUSE_HOST", "https://old.example"), ("LANGFUSE_RELEASE", "r1"),
            ("LANGFUSE_TRACING_ENVIRONMENT", "staging"), ("LANGFUSE_SAMPLE_RATE", "0.5"), ("LANGFUSE_FLUSH_AT", "15"), ("LANGFUSE_FLUSH_INTERVAL", "0.5"), ("LANGFUSE_TIMEOUT", "7")));
        LlmStackOptions options = services.Options();
        Assert.Equal(("pk", "sk", "https://old.example"), (options.Langfuse.PublicKey, options.Langfuse.SecretKey, options.Langfuse.BaseUrl));
        Assert.Equal(("r1", "staging", 0.5), (options.Tracing.Release, options.Tracing.Environment, options.Tracing.SampleRate));
        Assert.Equal((15, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(7)), (options.Langfuse.MaxBatchSpans, options.Langfuse.FlushInterval, options.Langfuse.RequestTimeout));
        Assert.True(ActiveSinks.IsLangfuseActive(options));
    }

    [Fact]
    public void Configuration_and_code_win_over_the_variables()
    {
        using var services = Stack.Build(
            llm => llm.AddLangfuse(langfuse => langfuse.MaxBatchSpans = 99),
            Stack.Json("""{ "Tracing": { "SampleRate": 1 }, "Langfuse": { "BaseUrl": "https://file.example" } }"""),
            new FakeEnvironment(("LANGFUSE_SAMPLE_RATE", "0.5"), ("LANGFUSE_FLUSH_AT", "15"), ("LANGFUSE_BASE_URL", "https://env.example")));
        LlmStackOptions options = services.Options();
        Assert.Equal((1, 99, "https://file.example"), (options.Tracing.SampleRate, options.Langfuse.MaxBatchSpans, options.Langfuse.BaseUrl));
    }

    [Theory]
    [InlineData("false", false)]
    [InlineData("True", true)]
    public void Sending_can_be_switched_off_by_a_variable(string value, bool active)
    {
        using var services = Stack.Build(environment: new FakeEnvironment(("LANGFUSE_PUBLIC_KEY", "pk"), ("LANGFUSE_SECRET_KEY", "sk"), ("LANGFUSE_TRACING_ENABLED", value)));
        Assert.Equal(active, ActiveSinks.IsLangfuseActive(services.Options()));
    }

    [Theory]
    [InlineData("false", false)]
    [InlineData("1", true)]
    public void Uploads_of_files_can_be_switched_off_by_a_variable(string value, bool uploads)
    {
        using var services = Stack.Build(environment: new FakeEnvironment(("LANGFUSE_MEDIA_UPLOAD_ENABLED", value)));
        Assert.Equal(uploads, services.Options().Langfuse.UploadMedia);
    }

    [Fact]
    public void Langfuse_is_inactive_without_keys_and_its_default_address_is_known()
    {
        using var services = Stack.Build(llm => llm.AddLangfuse());
        Assert.False(ActiveSinks.IsLangfuseActive(services.Options()));
        Assert.Equal("https://cloud.langfuse.com", services.Options().Langfuse.BaseUrl);
        Assert.Empty(services.GetRequiredService<ActiveSinks>().All);
    }

    [Fact]
    public void A_variable_is_looked_up_in_the_configuration_first()
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("OPENAI_API_KEY", " k-vault ")]).Build());
        collection.AddLlmStack();
        using ServiceProvider services = collection.BuildServiceProvider();
        Assert.Equal("k-vault", services.Options().Providers["openai"].ApiKey);
    }
}
