namespace LlmStack.Tests.Configuration;

public sealed class LlmStackOptionsValidatorTests
{
    private const string Valid = """
        "Providers": { "local": { "Endpoint": "http://127.0.0.1:8080/v1" } }
        """;

    [Theory]
    [InlineData("""{ "Model": "gpt-5" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Model is 'gpt-5'; allowed: provider/model")]
    [InlineData("""{ "Model": "/gpt-5" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Model is '/gpt-5'; allowed: provider/model")]
    [InlineData("""{ "Model": "local/" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Model is 'local/'; allowed: provider/model")]
    [InlineData("""{ "Region": "eu" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Model is missing; allowed: provider/model")]
    [InlineData("""{ "Model": "locla/m" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Model is 'locla/m'; allowed: a known provider before the slash, one of local (did you mean local?)")]
    [InlineData("""{ "Model": "local/m", "Weight": -1 }""", "LlmStack:ModelGroups:fast:Deployments:eu:Weight is -1; allowed: a finite number, 0 or more")]
    [InlineData("""{ "Model": "local/m", "Weight": "NaN" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Weight is NaN; allowed: a finite number, 0 or more")]
    [InlineData("""{ "Model": "local/m", "RequestsPerMinute": 0 }""", "LlmStack:ModelGroups:fast:Deployments:eu:RequestsPerMinute is 0; allowed: 1 or more")]
    [InlineData("""{ "Model": "local/m", "TokensPerMinute": -5 }""", "LlmStack:ModelGroups:fast:Deployments:eu:TokensPerMinute is -5; allowed: 1 or more")]
    [InlineData("""{ "Model": "local/m", "ContextWindow": 0 }""", "LlmStack:ModelGroups:fast:Deployments:eu:ContextWindow is 0; allowed: 1 or more")]
    [InlineData("""{ "Model": "local/m", "Id": "a:b" }""", "LlmStack:ModelGroups:fast:Deployments:eu:Id is 'a:b'; allowed: an id without ':'")]
    [InlineData("""{ "Model": "local/m", "Price": { "OutputPerMillion": -0.5 } }""", "LlmStack:ModelGroups:fast:Deployments:eu:Price:OutputPerMillion is -0.5; allowed: US dollars, 0 or more")]
    [InlineData("""{ "Model": "local/m", "Policy": { "FirstTokenTimeout": "00:00:00" } }""", "LlmStack:ModelGroups:fast:Deployments:eu:Policy:FirstTokenTimeout is 00:00:00; allowed: a time, more than 0")]
    public void A_wrong_deployment_is_named_with_value_and_what_is_allowed(string deployment, string expected)
    {
        string message = Fail($$"""{ {{Valid}}, "ModelGroups": { "fast": { "Deployments": { "eu": {{deployment}} } } } }""");
        Assert.Contains("- " + expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Type", "\"Antropic\"", "Type is 'Antropic'; allowed: one of ")]
    [InlineData("Endpoint", "\"127.0.0.1:8080\"", "Endpoint is '127.0.0.1:8080'; allowed: an absolute http or https address")]
    [InlineData("Endpoint", "\"ftp://host/v1\"", "Endpoint is 'ftp://host/v1'; allowed: an absolute http or https address")]
    [InlineData("Endpoint", "\"https://host/v1?key=secret\"", "Endpoint contains a query or fragment")]
    [InlineData("Endpoint", "\"https://user:secret@host/v1\"", "Endpoint contains a user or password")]
    [InlineData("Endpoint", "\"user:secret@host\"", "Endpoint is '…@host'; allowed: an absolute http or https address")]
    [InlineData("ApiKey", "\"secret\\n\"", "ApiKey contains spaces or characters that a header cannot carry")]
    [InlineData("Policy", "{ \"ConnectTimeout\": \"-00:00:01\" }", "Policy:ConnectTimeout is -00:00:01; allowed: a time, more than 0")]
    [InlineData("PooledConnectionLifetime", "\"00:00:00\"", "PooledConnectionLifetime is 00:00:00; allowed: a time, more than 0")]
    [InlineData("Headers", "{ \"bad name\": \"secret\" }", "Headers:bad name cannot be sent")]
    [InlineData("Policy", "{ \"MaxAttempts\": 0 }", "Policy:MaxAttempts is 0; allowed: 1 to 100")]
    public void A_wrong_provider_is_named_and_its_secrets_are_not(string property, string value, string expected)
    {
        string endpoint = property == "Endpoint" ? "" : "\"Endpoint\": \"http://127.0.0.1/v1\", ";
        string message = Fail($$"""{ "Providers": { "p": { {{endpoint}}"{{property}}": {{value}} } } }""");
        Assert.Contains("- LlmStack:Providers:p:" + expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Strategy": "Wieghted" }""", "Strategy is 'Wieghted'; allowed: one of Adaptive, Classified, Complexity, HighestThroughput, LeastBusy, LowestCost, LowestLatency, LowestUsage, Percentile, RoundRobin, Semantic, Split and 2 more (did you mean Weighted?)")]
    [InlineData("""{ "Fallbacks": { "smrt": { } } }""", "Fallbacks:smrt:Group is 'smrt'; allowed: another group, one of smart (did you mean smart?)")]
    [InlineData("""{ "Fallbacks": { "a": { "Group": "fast" } } }""", "Fallbacks:a:Group is 'fast'; allowed: another group, one of smart")]
    [InlineData("""{ "Fallbacks": { "smart": { "Kinds": [ "RateLimited", "Tiemout" ] } } }""", "Fallbacks:smart:Kinds:1 is 'Tiemout'; allowed: one of")]
    [InlineData("""{ "Fallbacks": { "smart": { "Kinds": [ "Cancelled" ] } } }""", "Fallbacks:smart:Kinds:0 is 'Cancelled'; allowed: one of")]
    [InlineData("""{ "Fallbacks": { "smart": { "Kinds": [ "3" ] } } }""", "Fallbacks:smart:Kinds:0 is '3'; allowed: one of")]
    [InlineData("""{ "Deployments": { "b": { "Model": "local/m" } } }""", "Deployments:b is the same deployment 'local/m' as a; allowed: each deployment once in a group")]
    [InlineData("""{ "Policy": { "CooldownFailureRatio": 1.5 } }""", "Policy:CooldownFailureRatio is 1.5; allowed: a number from 0 to 1")]
    [InlineData("""{ "Policy": { "BackoffInitial": "00:00:10", "BackoffMax": "00:00:05" } }""", "Policy:BackoffMax is 00:00:05; allowed: not less than BackoffInitial (00:00:10)")]
    [InlineData("""{ "Policy": { "WhenAllCooling": "99" } }""", "Policy:WhenAllCooling is 99; allowed: UseLeastBad, FailFast, WaitUpTo")]
    public void A_wrong_group_is_named(string group, string expected)
    {
        string merged = """{ "Deployments": { "a": { "Model": "local/m" } } }""";
        Microsoft.Extensions.Configuration.IConfiguration configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder()
            .Add(Source($$"""{ {{Valid}}, "ModelGroups": { "fast": {{merged}}, "smart": {{merged}} } }"""))
            .Add(Source($$"""{ "ModelGroups": { "fast": {{group}} } }"""))
            .Build();
        using var services = Stack.Build(configuration: configuration);
        Assert.Contains("- LlmStack:ModelGroups:fast:" + expected, services.Failure(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"ModelGroups\": { \"fast\": { \"Strategy\": \"Weighted\" } }", "LlmStack:ModelGroups:fast:Deployments is empty; allowed: one or more deployments")]
    [InlineData("\"ModelGroups\": { \"a/b\": { \"Deployments\": { \"x\": { \"Model\": \"local/m\" } } } }", "LlmStack:ModelGroups:a/b is 'a/b'; allowed: a name without '/' and ':'")]
    [InlineData("\"Aliases\": { \"quick\": { \"Target\": \"fats\" } }", "LlmStack:Aliases:quick:Target is 'fats'; allowed: a group or provider/model, none is defined")]
    [InlineData("\"Aliases\": { \"quick\": { \"Name\": \"x\" } }", "LlmStack:Aliases:quick:Target is missing; allowed: a group")]
    [InlineData("\"DefaultGroup\": \"fast\"", "LlmStack:DefaultGroup is 'fast'; allowed: a group, none is defined")]
    [InlineData("\"DefaultChatModel\": \"fast\"", "LlmStack:DefaultChatModel is 'fast'; allowed: a group, an alias or provider/model; none is defined")]
    [InlineData("\"RecentCalls\": 10001", "LlmStack:RecentCalls is 10001; allowed: 0 to 10000")]
    [InlineData("\"Defaults\": { \"MaxRetries\": -1 }", "LlmStack:Defaults:MaxRetries is -1; allowed: 0 to 100")]
    [InlineData("\"Tracing\": { \"SampleRate\": 2 }", "LlmStack:Tracing:SampleRate is 2; allowed: a number from 0 to 1")]
    [InlineData("\"Tracing\": { \"MaxContentBytes\": 10 }", "LlmStack:Tracing:MaxContentBytes is 10; allowed: 1024 or more")]
    [InlineData("\"Tracing\": { \"Environment\": \"Prod!\" }", "LlmStack:Tracing:Environment is 'Prod!'; allowed: 1 to 40 of a-z")]
    [InlineData("\"Tracing\": { \"RequiredContext\": [ \"UserId\", \"Usr\" ] }", "LlmStack:Tracing:RequiredContext:1 is 'Usr'; allowed: UserId, SessionId, TraceName")]
    [InlineData("\"Tracing\": { \"Baggage\": [ \"Key\" ] }", "LlmStack:Tracing:Baggage:0 is 'Key'; allowed: UserId, SessionId")]
    [InlineData("\"Tracing\": { \"MaxBaggageBytes\": 10 }", "LlmStack:Tracing:MaxBaggageBytes is 10; allowed: 64 to 8192")]
    [InlineData("\"Langfuse\": { \"PublicKey\": \"pk\" }", "LlmStack:Langfuse:SecretKey is missing while the other key is set")]
    [InlineData("\"Langfuse\": { \"BaseUrl\": \"langfuse\" }", "LlmStack:Langfuse:BaseUrl is 'langfuse'; allowed: an absolute http or https address")]
    [InlineData("\"Langfuse\": { \"MaxQueuedSpans\": 15 }", "LlmStack:Langfuse:MaxQueuedSpans is 15; allowed: 16 or more")]
    [InlineData("\"Langfuse\": { \"MaxQueuedBytes\": 1 }", "LlmStack:Langfuse:MaxQueuedBytes is 1; allowed: 65536 or more")]
    [InlineData("\"Langfuse\": { \"MaxBatchSpans\": 0 }", "LlmStack:Langfuse:MaxBatchSpans is 0; allowed: 1 or more")]
    [InlineData("\"Langfuse\": { \"MaxBatchBytes\": 1 }", "LlmStack:Langfuse:MaxBatchBytes is 1; allowed: 16384 or more")]
    [InlineData("\"Langfuse\": { \"Spool\": { \"Directory\": \" \" } }", "LlmStack:Langfuse:Spool:Directory is ' '; allowed: the path of a directory, or nothing for no spool")]
    [InlineData("\"Langfuse\": { \"Spool\": { \"SegmentBytes\": 1000 } }", "LlmStack:Langfuse:Spool:SegmentBytes is 1000; allowed: 65536 to 1073741824")]
    [InlineData("\"Langfuse\": { \"Spool\": { \"MaxBytes\": 1000 } }", "LlmStack:Langfuse:Spool:MaxBytes is 1000; allowed: 33554432 or more")]
    [InlineData("\"Langfuse\": { \"Spool\": { \"MaxAge\": \"00:00:00\" } }", "LlmStack:Langfuse:Spool:MaxAge is 00:00:00; allowed: a time, more than 0")]
    [InlineData("\"Langfuse\": { \"Spool\": { \"SyncInterval\": \"-00:00:01\" } }", "LlmStack:Langfuse:Spool:SyncInterval is -00:00:01; allowed: a time, more than 0")]
    [InlineData("\"Langfuse\": { \"FlushInterval\": \"00:00:00\" }", "LlmStack:Langfuse:FlushInterval is 00:00:00; allowed: a time, more than 0")]
    [InlineData("\"RecentCalls\": \"many\"", "LlmStack could not be read: Failed to convert configuration value")]
    public void A_wrong_setting_is_named(string setting, string expected)
        => Assert.Contains("- " + expected, Fail($$"""{ {{Valid}}, {{setting}} }"""), StringComparison.Ordinal);

    [Fact]
    public void Every_problem_is_in_one_message()
    {
        string message = Fail("""
            {
              "Providers": { "p": { "Endpoint": "nowhere" }, "openai": { } },
              "ModelGroups": { "fast": { "Strategy": "Best", "Deployments": { "eu": { "Model": "gpt", "Weight": -1 } } } },
              "RecentCalls": -1
            }
            """);
        Assert.Contains("(6 problems)", message, StringComparison.Ordinal);
        Assert.Equal(6, message.Split("\n- ").Length - 1);
    }

    [Fact]
    public void A_key_is_required_at_the_default_endpoint_only()
    {
        Assert.Contains("- LlmStack:Providers:openai:ApiKey is missing; allowed: a key there, or in the variable OPENAI_API_KEY", Fail("""{ "Providers": { "openai": { } } }"""), StringComparison.Ordinal);
        using var elsewhere = Stack.Build(configuration: Stack.Json("""{ "Providers": { "openai": { "Endpoint": "http://127.0.0.1:9/v1" } } }"""));
        Assert.Single(elsewhere.Options().Providers);
        using var fetched = Stack.Build(llm => llm.AddOpenAI().AddProvider("openai", provider => provider.UseCredential(_ => new("k"))));
        Assert.Single(fetched.Options().Providers);
    }

    [Fact]
    public void An_alias_may_not_be_named_like_a_group()
    {
        string message = Fail($$"""{ {{Valid}}, "ModelGroups": { "fast": { "Deployments": { "a": { "Model": "local/m" } } } }, "Aliases": { "x": { "Name": "FAST", "Target": "fast" } } }""");
        Assert.Contains("- LlmStack:Aliases:x:Name is 'FAST'; allowed: a name that is not the name of a group", message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_id_has_one_definition()
    {
        string message = Fail($$"""
            { {{Valid}}, "ModelGroups": {
                "fast": { "Deployments": { "a": { "Model": "local/m", "RequestsPerMinute": 10 } } },
                "smart": { "Deployments": { "b": { "Model": "local/m", "RequestsPerMinute": 20 } } } } }
            """);
        Assert.Contains("- LlmStack:ModelGroups:smart:Deployments:b:RequestsPerMinute differs from LlmStack:ModelGroups:fast:Deployments:a:RequestsPerMinute, though both are the deployment 'local/m'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text-embedding-3-small", "text-embedding-3-large", false, false)]
    [InlineData("text-embedding-3-small", "text-embedding-3-large", true, true)]
    [InlineData("gpt-5", "gpt-5-mini", false, true)]
    public void An_embedding_group_holds_one_model_unless_allowed(string first, string second, bool allow, bool valid)
    {
        using var services = Stack.Build(llm => llm
            .AddOpenAICompatible("local", "http://127.0.0.1:9/v1")
            .AddModelGroup("g", group => group
                .AddDeployment("local/" + first)
                .AddDeployment("local/" + second)
                .Configure(options => options.AllowDifferentModel = allow)));
        if (valid)
        {
            Assert.Equal(2, services.Snapshot().Groups["g"].Members.Length);
        }
        else
        {
            Assert.Contains("LlmStack:ModelGroups:g:Deployments is 'text-embedding-3-", services.Failure(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_different_providers_of_one_name_in_code_are_an_error()
    {
        using var services = Stack.Build(llm => llm
            .AddOpenAICompatible("local", "http://127.0.0.1:1/v1")
            .AddOpenAICompatible("local", "http://127.0.0.1:2/v1"));
        Assert.Contains("- LlmStack:Providers:local is defined twice in code, with different values of Endpoint", services.Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_provider_twice_is_one_provider()
    {
        using var services = Stack.Build(llm =>
        {
            for (int i = 0; i < 2; i++)
            {
                llm.AddOpenAICompatible("local", "http://127.0.0.1:1/v1").AddProvider("mine", provider => provider.UseChatClient(_ => new NullChatClient()));
            }
        });
        Assert.Equal(["local", "mine"], services.Snapshot().Providers.Keys.Order());
    }

    [Theory]
    [InlineData("LANGFUSE_FLUSH_AT", "many", "LANGFUSE_FLUSH_AT is 'many'; allowed: a number of spans, 1 or more")]
    [InlineData("LANGFUSE_SAMPLE_RATE", "half", "LANGFUSE_SAMPLE_RATE is 'half'; allowed: a number from 0 to 1")]
    [InlineData("LANGFUSE_SAMPLE_RATE", "1.5", "LlmStack:Tracing:SampleRate is 1.5; allowed: a number from 0 to 1")]
    [InlineData("LANGFUSE_TRACING_ENABLED", "maybe", "LANGFUSE_TRACING_ENABLED is 'maybe'; allowed: true or false")]
    [InlineData("LANGFUSE_MEDIA_UPLOAD_ENABLED", "perhaps", "LANGFUSE_MEDIA_UPLOAD_ENABLED is 'perhaps'; allowed: true or false")]
    [InlineData("LANGFUSE_TIMEOUT", "0", "LANGFUSE_TIMEOUT is '0'; allowed: seconds, more than 0")]
    [InlineData("OPENAI_BASE_URL", "localhost", "LlmStack:Providers:openai:Endpoint is 'localhost'; allowed: an absolute http or https address")]
    public void A_wrong_variable_is_named(string name, string value, string expected)
    {
        using var services = Stack.Build(environment: new FakeEnvironment((name, value), ("OPENAI_API_KEY", "k")));
        Assert.Contains("- " + expected, services.Failure(), StringComparison.Ordinal);
    }

    private static string Fail(string section)
    {
        using var services = Stack.Build(configuration: Stack.Json(section));
        return services.Failure();
    }

    private static Microsoft.Extensions.Configuration.Json.JsonStreamConfigurationSource Source(string section) => new() { Stream = Stack.Stream(section) };
}
