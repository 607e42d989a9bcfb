using System.Net;
using System.Text.Json.Nodes;
using LlmStack.Configuration;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tests.Configuration;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace LlmStack.Tests.Docs;

/// <summary>The code of README and docs, compiled and run, so that it cannot rot. A change there is a change here.</summary>
public sealed class SnippetTests
{
    private readonly ScriptedProvider _provider = new();
    private readonly RecordingTraceSink _traces = new();
    private readonly FakeEnvironment _keys = new(("OPENAI_API_KEY", "sk-x"), ("LANGFUSE_PUBLIC_KEY", "pk-x"), ("LANGFUSE_SECRET_KEY", "sk-y"));

    [Fact]
    public async Task Readme_the_setup_has_its_groups_and_clients()
    {
        await using ServiceProvider services = Stack.Build(
            llm => llm
                .AddOpenAI()
                .AddOpenAICompatible("local", "http://127.0.0.1:11434/v1")
                .AddModelGroup("fast", g => g
                    .AddDeployment("openai/gpt-5.4-mini", d => { d.Weight = 3; d.RequestsPerMinute = 500; })
                    .AddDeployment("local/qwen3")
                    .FallBackTo("smart"))
                .AddModelGroup("smart", g => g.AddDeployment("openai/gpt-5.4"))
                .AddLangfuse(langfuse => langfuse.Enabled = false),
            environment: _keys);

        RouteExplanation plan = await services.GetRequiredService<ILlmRouter>().ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Why is the sky blue?")]);
        Assert.Equal(["smart"], plan.Fallbacks);
        Assert.Equal(["openai/gpt-5.4-mini", "local/qwen3"], plan.Candidates.Select(static candidate => candidate.Deployment).OrderDescending());
        Assert.NotNull(services.GetRequiredKeyedService<IChatClient>("fast"));
        Assert.Equal(6, services.Options().Defaults.MaxAttempts ?? CallPolicy.Default.MaxAttempts);
    }

    [Fact]
    public async Task Readme_a_call_has_its_route_and_cost()
    {
        await using ServiceProvider services = Scripted();
        ILlmClient llm = services.GetRequiredService<ILlmClient>();
        _provider.OnCall(1).Answer("Rayleigh").Usage(input: 1_000_000, output: 0);

        ChatResponse answer = await llm.ChatAsync("fast", "Why is the sky blue?");

        Assert.Equal("Rayleigh (fake/a, $2)", $"{answer.Text} ({answer.GetRoute()!.Deployment}, ${answer.GetRoute()!.Cost.Total:0})");
    }

    [Fact]
    public async Task Readme_a_lost_stream_says_what_arrived()
    {
        await using ServiceProvider services = Scripted();
        ILlmClient llm = services.GetRequiredService<ILlmClient>();
        _provider.OnCall(1).Stream("Hel", "lo").CutAfter(1);
        string written = "";
        string? lost = null;

        try
        {
            await foreach (ChatResponseUpdate update in llm.ChatStreamingAsync("fast", [new ChatMessage(ChatRole.User, "Hi")], cancellationToken: CancellationToken.None))
            {
                written += update.Text;
            }
        }
        catch (LlmException e) when (e.Kind == LlmErrorKind.StreamInterrupted)
        {
            lost = e.PartialText;
        }

        Assert.Equal("Hel", written);
        Assert.Equal("Hel", lost);
    }

    [Fact]
    public async Task Readme_and_routing_wishes_bind_the_call()
    {
        await using ServiceProvider services = Scripted();
        ILlmClient llm = services.GetRequiredService<ILlmClient>();
        ChatOptions? options = null;

        options = options.WithRouting(new RoutingOptions { Region = "eu", Tags = ["vision"], Deadline = TimeSpan.FromSeconds(20) });

        ChatResponse answer = await llm.ChatAsync("fast", "Hi", options);
        Assert.Equal("fake/b@eu", answer.GetRoute()!.Deployment);
        Assert.Null(_provider.Calls[0].Options!.AdditionalProperties?.Keys.FirstOrDefault(static key => key.StartsWith("llmstack", StringComparison.Ordinal)));
    }

    [Fact]
    public void Readme_the_section_is_valid()
    {
        IConfigurationRoot json = Stack.Json("""
            {
                "Providers": {
                  "openai": { "Type": "OpenAI" },
                  "local": { "Type": "OpenAICompatible", "Endpoint": "http://127.0.0.1:11434/v1" }
                },
                "ModelGroups": {
                  "fast": {
                    "Strategy": "Weighted",
                    "Deployments": {
                      "cloud": { "Model": "openai/gpt-5.4-mini", "Weight": 3, "RequestsPerMinute": 500,
                                 "Price": { "InputPerMillion": 0.75, "OutputPerMillion": 4.5 } },
                      "house": { "Model": "local/qwen3:8b", "Weight": 1 }
                    },
                    "Fallbacks": { "smart": { "Order": 1 } }
                  },
                  "smart": { "Deployments": { "big": { "Model": "openai/gpt-5.4" } } }
                },
                "Defaults": { "MaxAttempts": 6, "MaxRetries": 2, "RequestTimeout": "00:10:00" },
                "Langfuse": { "BaseUrl": "https://cloud.langfuse.com" }
            }
            """);
        using ServiceProvider services = Stack.Build(configuration: json, environment: new FakeEnvironment(("OPENAI_API_KEY", "sk-x")));
        RoutingSnapshot snapshot = services.Snapshot();
        Assert.Equal("qwen3:8b", snapshot.Deployments["local/qwen3:8b"].Model);
        Assert.Equal(4.5m, snapshot.Deployments["openai/gpt-5.4-mini"].Price!.OutputPerMillion);
    }

    [Fact]
    public async Task Readme_scopes_hold_calls_and_scores()
    {
        await using ServiceProvider services = Scripted();
        ILlmClient llm = services.GetRequiredService<ILlmClient>();
        ILlmTracer tracer = services.GetRequiredService<ILlmTracer>();
        ChatResponse answer;

        using (var trace = tracer.StartTrace("site-search", new TraceContext { UserId = "u-42", SessionId = "s-7", Feature = "search", Tags = ["geo"] }))
        {
            using (var retrieval = trace.StartSpan("vector-search", ObservationType.Retriever))
            {
                retrieval.Input = "zoo opening hours";
                retrieval.Output = new JsonArray("page 1", "page 2");
            }

            answer = await llm.ChatAsync("fast", "When does the zoo open?");
            trace.Output = answer.Text;
            trace.Score("helpful", 0.9);
            answer.Score("grounded", true);
        }

        tracer.Score(new ScoreData { Name = "resolved", DataType = ScoreDataType.Boolean, Value = 1, SessionId = "s-7" });
        FlushResult flushed = await tracer.FlushAsync(TimeSpan.FromSeconds(5));
        Assert.True(flushed.IsComplete);
        _traces.ShouldHaveChild("site-search", "vector-search", ObservationType.Retriever);
        SpanData generation = _traces.ShouldHaveChild("site-search", "chat fast", ObservationType.Generation);
        Assert.Equal(generation.SpanId, _traces.ShouldHaveScore("grounded", 1).ObservationId);
        _traces.ShouldHaveScore("helpful", 0.9);
        Assert.Equal("s-7", _traces.ShouldHaveScore("resolved").SessionId);
        Assert.Equal("search", generation.Context.Feature);
    }

    [Fact]
    public async Task Readme_a_scripted_provider_tests_against_the_real_router()
    {
        var provider = new ScriptedProvider();
        provider.OnCall(1).RateLimited();
        provider.OnCall(2).Answer("42").Usage(input: 10, output: 1);
        var traces = new RecordingTraceSink();

        await using var stack = LlmClientFactory.Create(llm => llm
            .AddScriptedProvider("fake", provider)
            .AddModelGroup("fast", g => g.AddDeployment("fake/a").AddDeployment("fake/b"))
            .AddSink(traces));
        ChatResponse answer = await stack.Client.ChatAsync("fast", "What is six times seven?");

        Assert.Equal("42", answer.Text);
        Assert.Equal(LlmErrorKind.RateLimited, answer.GetRoute()!.Attempts[0].Error);
        traces.ShouldHaveChild("chat fast", "attempt 2", ObservationType.Generation);
        Assert.NotNull(stack.Router.GetRecentCalls()[0].TraceId);
    }

    [Fact]
    public async Task Configuration_a_mistake_is_told_with_path_value_and_what_is_allowed()
    {
        await using ServiceProvider services = Stack.Build(llm => llm.AddProvider("fake", p => p.UseProvider(_ => _provider)).AddModelGroup("fast", g => g
            .AddDeployment("fake/a", d => d.Weight = -1)
            .Configure(options => options.Strategy = "Weigthed")));
        string message = services.Failure();
        Assert.StartsWith("LlmStack is not configured correctly (2 problems):", message, StringComparison.Ordinal);
        Assert.Contains("- LlmStack:ModelGroups:fast:Strategy is 'Weigthed'; allowed: one of Adaptive, Classified, Complexity, HighestThroughput, LeastBusy, LowestCost, LowestLatency, LowestUsage, Percentile, RoundRobin, Semantic, Split and 2 more (did you mean Weighted?), or the key of a registered IRoutingStrategy", message, StringComparison.Ordinal);
        Assert.Contains(":Weight is -1; allowed: a finite number, 0 or more", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_credentials_and_handlers_are_the_applications()
    {
        await using ServiceProvider services = Stack.Build(
            llm =>
            {
                llm.AddProvider("vaulted", p =>
                {
                    p.Options.Endpoint = "https://models.example.com/v1";
                    p.UseCredential(async cancellationToken => await Task.FromResult("key-from-vault"));
                });
                llm.AddOpenAI();
                llm.AddProvider("openai", p => p.ConfigureHttpClient(http => http
                    .ConfigurePrimaryHttpMessageHandler((handler, _) => ((SocketsHttpHandler)handler).Proxy = new WebProxy("http://proxy.example.com:3128"))
                    .AddHttpMessageHandler(() => new AuditHandler())));
                llm.UseDefaultChatModel("openai/gpt-5.4");
            },
            environment: _keys);
        RoutingSnapshot snapshot = services.Snapshot();
        Assert.Equal("key-from-vault", await snapshot.Providers["vaulted"].Credential.GetSecretAsync(CancellationToken.None));
        var handler = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(LlmStack.DependencyInjection.ProviderHttp.ClientName("openai"));
        bool audited = false;
        while (handler is DelegatingHandler delegating)
        {
            audited |= handler is AuditHandler;
            handler = delegating.InnerHandler!;
        }

        Assert.True(audited);
        Assert.Equal(3128, ((WebProxy)((SocketsHttpHandler)handler).Proxy!).Address!.Port);
        Assert.NotNull(services.GetRequiredService<IChatClient>());
    }

    [Fact]
    public async Task Configuration_a_client_without_a_host_warms_up()
    {
        await using var stack = LlmClientFactory.Create(llm => llm.AddProvider("fake", p => p.UseProvider(_ => _provider)));
        IReadOnlyList<ProviderWarmUp> providers = await stack.Client.WarmUpAsync();
        Assert.True(providers.Single(static provider => provider.Provider == "fake").Reachable);
        ChatResponse hello = await stack.Client.ChatAsync("fake/any", "Hello");
        Assert.Equal("ok", hello.Text);
    }

    [Fact]
    public async Task Routing_an_explanation_lists_every_candidate()
    {
        await using ServiceProvider services = Scripted();
        ILlmRouter router = services.GetRequiredService<ILlmRouter>();
        ChatOptions options = new ChatOptions().WithRouting(new RoutingOptions { Region = "eu" });
        var lines = new List<string>();

        RouteExplanation plan = await router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hi")], options);
        foreach (CandidateExplanation candidate in plan.Candidates)
        {
            lines.Add($"{candidate.Deployment}: {(candidate.Included ? "in" : "out by " + candidate.Filter)}, {candidate.Reason}");
        }

        Assert.Contains("fake/a: out by region, has no region, 'eu' is asked for", lines);
        Assert.Equal("fake/b@eu", plan.Picked);
        Assert.Equal("60 s", plan.Settings["FirstTokenTimeout"]);
        Assert.Empty(_provider.Calls);
    }

    [Fact]
    public async Task Routing_extension_points_take_part()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 22, 0, 0, TimeSpan.Zero));
        await using ServiceProvider services = Stack.Build(
            llm => llm
                .AddProvider("echo", p => p.UseProvider(_ => new EchoProvider()))
                .AddProvider("office", p => p.UseProvider(_ => new EchoProvider()))
                .AddModelGroup("mixed", g => g
                    .AddDeployment("office/s", d => d.ContextWindow = 1_000)
                    .AddDeployment("echo/m", d => d.ContextWindow = 8_000)
                    .AddDeployment("echo/l", d => d.ContextWindow = 64_000)
                    .UseStrategy(new RoutingStrategy("SmallestWindow"))),
            services: s =>
            {
                s.AddSingleton<TimeProvider>(time);
                s.AddKeyedTransient<IRoutingStrategy, SmallestWindow>("SmallestWindow");
                s.AddSingleton<IRoutingFilter, BusinessHours>();
            });
        ILlmClient llm = services.GetRequiredService<ILlmClient>();

        ChatResponse answer = await llm.ChatAsync("mixed", "Hi");

        Assert.Equal("Hi", answer.Text);
        Assert.Equal("echo/m", answer.GetRoute()!.Deployment);
    }

    [Fact]
    public async Task Tracing_sinks_instrumentation_and_health_check_are_registered()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var memory = new InMemoryTraceSink();
        await using var lines = new JsonLinesTraceSink(path);
        using var text = new StringWriter();
        await using ServiceProvider services = Stack.Build(
            llm => llm
                .AddProvider("fake", p => p.UseProvider(_ => _provider))
                .AddModelGroup("fast", g => g.AddDeployment("fake/a"))
                .AddSink(new ConsoleTraceSink(text))
                .AddSink(memory)
                .AddSink(lines)
                .AddSink<SlowCalls>(),
            services: s => s.AddHealthChecks().AddLlmStackHealthCheck(configure: options => options.Groups.Add("fast")));
        await services.GetRequiredService<ILlmTracer>().TraceAsync("job", trace => services.GetRequiredService<ILlmClient>().ChatAsync("fast", "Hi"));
        await services.GetRequiredService<ILlmTracer>().FlushAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(2, memory.Spans.Count);
        Assert.Equal(2, (await ReadAsync(path)).Length);
        Assert.Contains("job", text.ToString(), StringComparison.Ordinal);
        HealthReport report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Entries["llmstack"].Status);
        using TracerProvider tracing = OpenTelemetry.Sdk.CreateTracerProviderBuilder().AddLlmStackInstrumentation().Build();
        using MeterProvider metrics = OpenTelemetry.Sdk.CreateMeterProviderBuilder().AddLlmStackInstrumentation().Build();
        Assert.NotNull(tracing);
        Assert.NotNull(metrics);
    }

    private static async Task<string[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        string text = await reader.ReadToEndAsync();
        File.Delete(path);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private ServiceProvider Scripted() => Stack.Build(llm => llm
        .AddProvider("fake", p => p.UseProvider(_ => _provider))
        .AddModelGroup("fast", g => g
            .AddDeployment("fake/a", d => { d.Weight = 1; d.Price = new ModelPrice { InputPerMillion = 2, OutputPerMillion = 4 }; })
            .AddDeployment("fake/b", d => { d.Weight = 0; d.Region = "eu"; d.Tags = ["vision", "default"]; }))
        .Configure(options => options.ModelGroups["fast"].Deployments["fake/a"].Tags = ["default"])
        .AddSink(_traces));
}
