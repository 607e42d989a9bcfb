using CsCheck;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>What holds of every call, whatever the providers do.</summary>
public sealed class CallPropertyTests
{
    private const int Calls = 4;

    private static readonly string[] Names = ["a", "b", "c", "d"];

    private static readonly LlmErrorKind[] Refusals =
    [
        LlmErrorKind.InvalidRequest, LlmErrorKind.Authentication, LlmErrorKind.PermissionDenied, LlmErrorKind.NotFound,
        LlmErrorKind.ContentPolicyViolation, LlmErrorKind.ContextWindowExceeded, LlmErrorKind.QuotaExhausted,
    ];

    private static readonly Gen<Outcome> GenOutcome = Gen.Frequency(
        (4, Gen.Const(Outcome.Answers)),
        (1, Gen.Const(Outcome.CutBeforeContent)),
        (1, Gen.Const(Outcome.CutAfterContent)),
        (1, Gen.Const(Outcome.BadJson)),
        (2, Gen.Const(Outcome.RateLimited)),
        (2, Gen.Const(Outcome.Overloaded)),
        (3, Gen.Const(Outcome.Refuses)));

    private static readonly Gen<Script> GenScript = Gen.Select(
        GenOutcome.Array[8].Array[Names.Length],
        Gen.Int[0, Refusals.Length - 1],
        Gen.Int[1, 6],
        Gen.Bool,
        Gen.Int[0, 2],
        Gen.Int[0, 2],
        static (outcomes, refusal, attempts, streams, cooling, abandoned) => new Script(outcomes, Refusals[refusal], attempts, streams, (AllCoolingBehavior)cooling, abandoned == 0));

    private enum Outcome
    {
        Answers,
        CutBeforeContent,
        CutAfterContent,
        BadJson,
        RateLimited,
        Overloaded,
        Refuses,
    }

    [Fact]
    public Task Whatever_happens_the_rules_of_a_call_hold() => GenScript.SampleAsync(CheckAsync, iter: 300, threads: 1);

    private static async Task CheckAsync(Script script)
    {
        using CallHarness h = new(
            llm =>
            {
                llm.AddModelGroup("one", g => g.AddDeployment("a/m").AddDeployment("b/m").FallBackTo("two"));
                llm.AddModelGroup("two", g => g.AddDeployment("b/m").AddDeployment("c/m").FallBackTo("one").FallBackTo("three"));
                llm.AddModelGroup("three", g => g.AddDeployment("d/m").FallBackTo("two"));
                llm.Configure(o =>
                {
                    o.Defaults.MaxAttempts = script.Attempts;
                    o.Defaults.BackoffInitial = TimeSpan.Zero;
                    o.Defaults.BackoffMax = TimeSpan.Zero;
                    o.Defaults.WhenAllCooling = script.Cooling;
                    o.Defaults.MaxRetryWait = TimeSpan.Zero;
                });
            },
            Names);
        for (int i = 0; i < Names.Length; i++)
        {
            for (int number = 1; number <= script.Outcomes[i].Length; number++)
            {
                Play(h[Names[i]].OnCall(number), script.Outcomes[i][number - 1], script.Refusal);
            }
        }

        for (int call = 1; call <= Calls; call++)
        {
            h.Traces.Clear();
            CallRoute route = await RunAsync(h, script);
            AssertRules(route, script);
            AssertTree(h, route);
            h.AssertNothingLeaks();
            Assert.Equal(call, h.Router.GetRecentCalls().Count);
        }

        Assert.Equal(h.Router.GetRecentCalls().Sum(route => route.Attempts.Count), Names.Sum(name => h[name].Calls.Count));
    }

    private static void Play(ScriptedCall call, Outcome outcome, LlmErrorKind refusal) => _ = outcome switch
    {
        Outcome.Answers => call.Stream("one ", "two").Usage(3, 2),
        Outcome.CutBeforeContent => call.Stream("one ", "two").CutAfter(0),
        Outcome.CutAfterContent => call.Stream("one ", "two").CutAfter(1),
        Outcome.BadJson => call.BadJson(),
        Outcome.RateLimited => call.RateLimited(),
        Outcome.Overloaded => call.Throw(LlmErrorKind.Overloaded, statusCode: 503),
        _ => call.Throw(refusal),
    };

    private static async Task<CallRoute> RunAsync(CallHarness h, Script script)
    {
        try
        {
            if (!script.Streams)
            {
                return (await h.Client.ChatAsync("one", "Hello").WaitAsync(TimeSpan.FromSeconds(30))).GetRoute()!;
            }

            CallRoute? route = null;
            await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("one", "Hello"))
            {
                route = update.GetRoute() ?? route;
                if (script.Abandons)
                {
                    break;
                }
            }

            return route!;
        }
        catch (LlmException error)
        {
            return error.Route!;
        }
    }

    private static void AssertRules(CallRoute route, Script script)
    {
        IReadOnlyList<RouteAttempt> attempts = route.Attempts;
        Assert.InRange(attempts.Count, 0, script.Attempts);
        for (int i = 0; i < attempts.Count; i++)
        {
            if (attempts[i].Error is { } kind && kind != LlmErrorKind.Cancelled && ErrorKindTraits.RetryabilityOf(kind) != LlmRetryability.Transient)
            {
                Assert.DoesNotContain(attempts.Skip(i + 1), later => later.Deployment == attempts[i].Deployment);
            }

            if (i > 0 && attempts[i].Group != attempts[i - 1].Group)
            {
                Assert.DoesNotContain(attempts.Take(i), earlier => earlier.Group == attempts[i].Group);
            }

            Assert.True(i == attempts.Count - 1 || attempts[i].Error is not null, "Only the last attempt may succeed.");
        }
    }

    private static void AssertTree(CallHarness h, CallRoute route)
    {
        int attempts = route.Attempts.Count;
        SpanData call = h.Traces.Single("chat one");
        IReadOnlyList<SpanData> children = h.Traces.ChildrenOf(call);
        Assert.Equal(attempts > 1 ? attempts : 0, children.Count);
        Assert.Equal(children.Count + 1, h.Traces.Spans.Count);
        Assert.Equal(route.ObservationId, call.SpanId);
        if (attempts > 1)
        {
            Assert.Null(call.Usage);
            Assert.Equal(ObservationType.Span, call.Type);
            for (int i = 0; i < attempts; i++)
            {
                Assert.Equal(route.Attempts[i].Error, h.Traces.ShouldHaveChild(call, $"attempt {i + 1}", ObservationType.Generation).Attempt!.Error);
            }
        }
    }

    private sealed record Script(Outcome[][] Outcomes, LlmErrorKind Refusal, int Attempts, bool Streams, AllCoolingBehavior Cooling, bool Abandons);
}
