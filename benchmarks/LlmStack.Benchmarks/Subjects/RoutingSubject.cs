using LlmStack.Benchmarks.Canned;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>
/// A group of many members and the request that the decision benchmarks name: tools, one tag, a region, a caller with permissions, a
/// price cap. Every built-in filter has something to look at, at every size: by shape operation, capability, environment, permissions,
/// region and tags; on those looked at context window, price cap, history, limits per minute, headroom and cooldown.
/// </summary>
internal sealed class RoutingSubject : IDisposable
{
    private const string Group = "many";

    private readonly LlmStackHost _host;
    private readonly TimeProvider _time;
    private readonly RoutingEngine _engine;
    private readonly RoutingSnapshot _snapshot;
    private readonly ModelGroup _group;
    private readonly HealthTracker _health;
    private readonly IAdmission _admission;
    private readonly RouteRequest _request;

    public RoutingSubject(int members)
    {
        _host = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Chat(), Groups = llm => AddGroup(llm, members) });
        _time = _host.Get<TimeProvider>();
        _engine = _host.Get<RoutingEngine>();
        _health = _host.Get<HealthTracker>();
        _admission = _host.Get<IAdmission>();
        _snapshot = _host.Get<SnapshotSource>().Current;
        _group = _snapshot.Groups[Group];
        _request = Request(new RoutingOptions { Tags = ["premium"], Region = "eu", MaxCost = 0.05m });
    }

    public RoutingSnapshot Snapshot => _snapshot;

    public Member Pick() => Pick(_request);

    /// <summary>A pick for a shape that nobody has asked for before, unless <paramref name="name"/> was used already.</summary>
    public Member PickNewShape(string name) =>
        Pick(Request(new RoutingOptions { Tags = ["premium"], Region = "eu", MaxCost = 0.05m, Ignore = [name] }));

    /// <summary>All that a call decides and accounts for: pick, reservation, in flight, settlement, estimates.</summary>
    public int Decide()
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

    public void Dispose() => _host.Dispose();

    private static RouteRequest Request(RoutingOptions wishes) => new()
    {
        RequestedName = Group,
        Operation = LlmOperation.Chat,
        Features = RequestFeatures.Tools,
        EstimatedInputTokens = 187,
        LikelyOutputTokens = 171,
        Messages = Conversation.Messages,
        Options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("search", "Searches the notes.", default)], MaxOutputTokens = 512 },
        Routing = wishes,
        Context = new LlmContext { UserId = "u-42", Team = "search", SessionId = "s-7", Feature = "answers", Permissions = [Group] },
    };

    private static void AddGroup(ILlmStackBuilder llm, int members) => llm.AddModelGroup(Group, group =>
    {
        for (int i = 0; i < members; i++)
        {
            int number = i;
            group.AddDeployment($"{LlmStackHost.Provider}/{Conversation.ChatModel}", deployment =>
            {
                deployment.Id = $"d{number}";
                deployment.Weight = 1 + number % 3;

                // One in four is filtered out, so that there is something to filter.
                deployment.Region = number % 4 == 3 ? "us" : "eu";
                deployment.Tags = ["premium", "default"];
                deployment.RequestsPerMinute = 2_000_000_000;
                deployment.ContextWindow = 128_000;
                deployment.Price = new ModelPrice { InputPerMillion = 0.25m, OutputPerMillion = 2m };
            });
        }
    });

    private Member Pick(in RouteRequest request) =>
        _engine.Pick(_snapshot, _group, request with { Timestamp = _time.GetTimestamp() }, null, PickMode.Fresh).Member!;
}
