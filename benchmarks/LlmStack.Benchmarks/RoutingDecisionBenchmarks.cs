using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Subjects;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Routing;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace LlmStack.Benchmarks;

/// <summary>
/// What deciding costs, by the number of members: filters, pick, limits, in flight, estimates, for a request with tools, a tag, a
/// region and a caller. Beside it Polly's timeout, retry, breaker and timeout around nothing, which decide less.
/// </summary>
[MemoryDiagnoser]
public class RoutingDecisionBenchmarks
{
    private const string Group = "many";

    private LlmStackHost _host = null!;
    private TimeProvider _time = null!;
    private RoutingEngine _engine = null!;
    private RoutingSnapshot _snapshot = null!;
    private ModelGroup _group = null!;
    private HealthTracker _health = null!;
    private IAdmission _admission = null!;
    private RouteRequest _request;
    private ResiliencePipeline _polly = null!;

    [Params(2, 10, 100, 1_000, 10_000)]
    public int Members { get; set; }

    /// <summary>Whether the members have requests and tokens per minute, never reached here.</summary>
    [Params(false, true)]
    public bool Limits { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _polly = new ResiliencePipelineBuilder()
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(60) })
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 2 })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions())
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(10) })
            .Build();
        _host = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Chat(), Groups = AddGroup });
        _time = _host.Get<TimeProvider>();
        _engine = _host.Get<RoutingEngine>();
        _health = _host.Get<HealthTracker>();
        _admission = _host.Get<IAdmission>();
        _snapshot = _host.Get<SnapshotSource>().Current;
        _group = _snapshot.Groups[Group];
        _request = new RouteRequest
        {
            RequestedName = Group,
            Operation = LlmOperation.Chat,
            Features = RequestFeatures.Tools,
            EstimatedInputTokens = 187,
            LikelyOutputTokens = 171,
            Messages = Conversation.Messages,
            Options = Conversation.Options,
            Routing = new RoutingOptions { Tags = ["premium"], Region = "eu" },
            Context = new LlmContext { UserId = "u-42", Team = "search", SessionId = "s-7", Feature = "answers" },
        };
    }

    [GlobalCleanup]
    public void Cleanup() => _host.Dispose();

    [Benchmark(Baseline = true, Description = "Polly: timeout, retry, breaker, timeout")]
    public ValueTask Polly() => _polly.ExecuteAsync(static _ => ValueTask.CompletedTask);

    [Benchmark(Description = "LlmStack: pick")]
    public int Pick()
    {
        RouteRequest request = _request with { Timestamp = _time.GetTimestamp() };
        return _engine.Pick(_snapshot, _group, request, null, PickMode.Fresh).Member!.Order;
    }

    [Benchmark(Description = "LlmStack: pick, reserve, in flight, settle, estimate")]
    public int Decision()
    {
        long now = _time.GetTimestamp();
        RouteRequest request = _request with { Timestamp = now };
        Deployment deployment = _engine.Pick(_snapshot, _group, request, null, PickMode.Fresh).Member!.Deployment;
        var demand = new Demand(deployment, request.Context, request.EstimatedInputTokens, request.LikelyOutputTokens, now);
        if (!_admission.TryReserve(demand, out Reservation reservation).Admitted)
        {
            throw new InvalidOperationException("The limit was meant to be out of reach.");
        }

        _health.Started(deployment);
        _health.Succeeded(deployment, new AttemptSample(now, 400_000_000, 1_900_000_000, 171, Streamed: true));
        _admission.Settle(reservation, new UsageAmounts(1, 187, 171, now));
        return deployment.InFlight;
    }

    private void AddGroup(ILlmStackBuilder llm) => llm.AddModelGroup(Group, group =>
    {
        for (int i = 0; i < Members; i++)
        {
            int number = i;
            group.AddDeployment($"{LlmStackHost.Provider}/{Conversation.ChatModel}", deployment =>
            {
                deployment.Id = $"d{number}";
                deployment.Weight = 1 + number % 3;

                // One in four is filtered out, so that there is something to filter.
                deployment.Region = number % 4 == 3 ? "us" : "eu";
                deployment.Tags = ["premium", "default"];
                if (Limits)
                {
                    deployment.RequestsPerMinute = 2_000_000_000;
                }
            });
        }
    });
}
