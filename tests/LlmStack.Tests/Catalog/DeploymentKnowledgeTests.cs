using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.Configuration;

namespace LlmStack.Tests.Catalog;

public sealed class DeploymentKnowledgeTests
{
    private const string Providers = """
        "Providers": {
          "openai": { "ApiKey": "k" },
          "second-key": { "Type": "OpenAI", "ApiKey": "k2" },
          "local": { "Endpoint": "http://127.0.0.1:11434/v1" },
          "gateway": { "Endpoint": "https://gateway.example/v1" } }
        """;

    [Fact]
    public void A_deployment_takes_window_and_price_from_the_catalogue()
    {
        Deployment deployment = Of("""{ "Model": "openai/gpt-5.4" }""");
        Assert.Equal("openai/gpt-5.4", deployment.Info!.Id);
        Assert.Equal(deployment.Info.ContextWindow, deployment.ContextWindow);
        Assert.Equal((2.5m, 15m, 0.25m), (deployment.Price!.InputPerMillion, deployment.Price.OutputPerMillion, deployment.Price.CacheReadPerMillion));
    }

    [Fact]
    public void A_model_asked_for_directly_does_so_too()
    {
        using var services = Stack.Build(configuration: Stack.Json("{" + Providers + "}"));
        Deployment deployment = Assert.Single(services.Snapshot().Resolve("openai/gpt-5.4").Group.Members).Deployment;
        Assert.Equal(15m, deployment.Price!.OutputPerMillion);
        Assert.True(deployment.ContextWindow > 200_000);
        Deployment local = Assert.Single(services.Snapshot().Resolve("local/whatever").Group.Members).Deployment;
        Assert.Equal((0m, "local"), (local.Price!.InputPerMillion, local.Price.Version));
        Assert.Null(Assert.Single(services.Snapshot().Resolve("gateway/gpt-5.4").Group.Members).Deployment.Price);
    }

    [Fact]
    public void What_is_configured_wins_over_the_catalogue_as_a_whole()
    {
        Deployment deployment = Of("""{ "Model": "openai/gpt-5.4", "ContextWindow": 1000, "Price": { "InputPerMillion": 0 } }""");
        Assert.Equal(1000, deployment.ContextWindow);
        Assert.Equal((0m, null, "configured"), (deployment.Price!.InputPerMillion, deployment.Price.OutputPerMillion, deployment.Price.Version));
    }

    [Fact]
    public void A_base_model_names_the_model_behind_a_free_name()
    {
        Assert.Equal("openai/gpt-5.4", Of("""{ "Model": "openai/our-chat", "BaseModel": "gpt-5.4" }""").Info!.Id);
        Assert.Equal("groq/llama-3.3-70b-versatile", Of("""{ "Model": "gateway/big", "BaseModel": "groq/llama-3.3-70b-versatile" }""").Info!.Id);
        Assert.Null(Of("""{ "Model": "openai/our-chat" }""").Info);
    }

    [Fact]
    public void An_override_of_a_configured_provider_wins_over_one_of_the_catalogue_and_a_model_over_all_models()
    {
        const string Models = """
            "Models": {
              "a": { "Model": "openai/*", "PriceFactor": 0.5 },
              "b": { "Model": "openai/gpt-5.4", "ContextWindow": 5000, "MaxOutputTokens": 100 },
              "c": { "Model": "second-key/gpt-5.4", "Price": { "InputPerMillion": 1, "OutputPerMillion": 2, "Version": "contract-7" } },
              "d": { "Model": "gateway/*", "Price": { "InputPerMillion": 9, "OutputPerMillion": 9 } } }
            """;
        Deployment named = Of("""{ "Model": "openai/gpt-5.4" }""", Models);
        Assert.Equal((5000, 100, 2.5m), (named.ContextWindow, named.Info!.MaxOutputTokens, named.Price!.InputPerMillion));
        Deployment any = Of("""{ "Model": "openai/gpt-4o" }""", Models);
        Assert.Equal((1.25m, 5m, 0.625m), (any.Price!.InputPerMillion, any.Price.OutputPerMillion, any.Price.CacheReadPerMillion));
        Assert.EndsWith("+adjusted", any.Price.Version, StringComparison.Ordinal);
        Assert.Equal((1m, "contract-7"), (Of("""{ "Model": "second-key/gpt-5.4" }""", Models).Price is { } price ? (price.InputPerMillion!.Value, price.Version) : default));
        Assert.Equal(9m, Of("""{ "Model": "gateway/gpt-5.4" }""", Models).Price!.InputPerMillion);
    }

    [Fact]
    public void A_factor_reaches_the_prices_by_length_hour_and_date()
    {
        const string Models = """
            "Models": { "a": { "Model": "openai/x", "PriceFactor": 2, "Price": { "InputPerMillion": 1, "OutputPerMillion": 1,
            "LongContext": { "long": { "From": 100, "InputPerMillion": 2 } }, "Windows": { "night": { "UtcFrom": "22:00", "UtcTo": "06:00", "InputPerMillion": 0.5 } },
            "Next": { "ny": { "Date": "2027-01-01", "InputPerMillion": 3 } }, "ServiceTiers": { "flex": 0.5 } } } }
            """;
        ModelPrice price = Of("""{ "Model": "openai/x" }""", Models).Price!;
        Assert.Equal((2m, 4m, 1m, 6m), (price.InputPerMillion!.Value, price.LongContext!["long"].InputPerMillion!.Value, price.Windows!["night"].InputPerMillion!.Value, price.Next!["ny"].InputPerMillion!.Value));
        Assert.Equal(new TimeOnly(22, 0), price.Windows["night"].UtcFrom);
    }

    [Theory]
    [InlineData(""" "a": { } """, "LlmStack:Models:a:Model is missing; allowed: provider/model")]
    [InlineData(""" "a": { "Model": "gpt-5.4" } """, "LlmStack:Models:a:Model is 'gpt-5.4'")]
    [InlineData(""" "a": { "Model": "o/m" }, "b": { "Model": "O/M" } """, "each model once; a has it already")]
    [InlineData(""" "a": { "Model": "o/m", "ContextWindow": 0 } """, "LlmStack:Models:a:ContextWindow is 0; allowed: 1 or more")]
    [InlineData(""" "a": { "Model": "o/m", "PriceFactor": -1 } """, "LlmStack:Models:a:PriceFactor is -1")]
    [InlineData(""" "a": { "Model": "o/m", "Price": { "CacheWrite1hPerMillion": -2 } } """, "LlmStack:Models:a:Price:CacheWrite1hPerMillion is -2; allowed: US dollars, 0 or more")]
    [InlineData(""" "a": { "Model": "o/m", "Price": { "LongContext": { "x": { "InputPerMillion": 1 } } } } """, "LongContext:x:From is 0; allowed: 1 or more")]
    [InlineData(""" "a": { "Model": "o/m", "Price": { "Next": { "x": { "InputPerMillion": 1 } } } } """, "Next:x:Date is missing")]
    [InlineData(""" "a": { "Model": "o/m", "Price": { "ServiceTiers": { "flex": -0.5 } } } """, "ServiceTiers:flex is -0.5")]
    public void A_wrong_override_is_refused(string models, string expected)
    {
        using var services = Stack.Build(configuration: Stack.Json("{" + Providers + ", \"Models\": {" + models + "} }"));
        Assert.Contains(expected, services.Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_base_model_or_price_of_a_deployment_is_refused()
    {
        IConfigurationRoot wrong = Stack.Json("{" + Providers + """, "ModelGroups": { "g": { "Deployments": { "d": { "Model": "openai/x", "BaseModel": " ", "Price": { "InputAudioPerMillion": -1 } } } } } }""");
        using var services = Stack.Build(configuration: wrong);
        string problem = services.Failure();
        Assert.Contains("Deployments:d:BaseModel is ' '", problem, StringComparison.Ordinal);
        Assert.Contains("Deployments:d:Price:InputAudioPerMillion is -1", problem, StringComparison.Ordinal);
    }

    private static Deployment Of(string deployment, string? models = null)
    {
        string json = "{" + Providers + (models is null ? "" : "," + models) + ", \"ModelGroups\": { \"g\": { \"Deployments\": { \"d\": " + deployment + " } } } }";
        using var services = Stack.Build(configuration: Stack.Json(json));
        return Assert.Single(services.Snapshot().Groups["g"].Members).Deployment;
    }
}
