using CsCheck;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>What holds of hedges and races, whatever the providers do and whenever the callers lose patience.</summary>
public sealed class ParallelPropertyTests
{
    private const int Calls = 4;

    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private static readonly Gen<Answer> GenAnswer = Gen.Select(
        Gen.Frequency(
            (4, Gen.Const(Outcome.Answers)),
            (2, Gen.Const(Outcome.Stalls)),
            (1, Gen.Const(Outcome.IsCut)),
            (1, Gen.Const(Outcome.IsOverloaded)),
            (1, Gen.Const(Outcome.IsRateLimited)),
            (1, Gen.Const(Outcome.Refuses))),
        Gen.Int[0, 6],
        static (outcome, delay) => new Answer(outcome, delay * Step));

    private static readonly Gen<Caller> GenCaller = Gen.Select(
        Gen.Bool,
        Gen.Int[0, 12],
        static (streams, patience) => new Caller(streams, patience < 6 ? patience : null));

    private static readonly Gen<Script> GenScript = Gen.Select(
        GenAnswer.Array[8].Array[Names.Length],
        GenCaller.Array[Calls],
        Gen.Int[0, 2],
        Gen.Int[1, 3],
        static (answers, callers, shape, places) => new Script(answers, callers, shape, places));

    private enum Outcome
    {
        Answers,
        Stalls,
        IsCut,
        IsOverloaded,
        IsRateLimited,
        Refuses,
    }

    [Fact]
    public Task Whatever_happens_beside_each_other_every_attempt_is_settled_once_and_nothing_is_held() =>
        GenScript.SampleAsync(CheckAsync, iter: 60, threads: 1, print: static script => script.Describe());

    private static async Task CheckAsync(Script script)
    {
        using CallHarness h = Host(script);
        for (int i = 0; i < Names.Length; i++)
        {
            for (int number = 1; number <= script.Answers[i].Length; number++)
            {
                Play(h[Names[i]].OnCall(number), script.Answers[i][number - 1]);
            }
        }

        await h.RunAsync(RunAllAsync(h, script), Step);

        h.AssertNothingLeaks();
        Deployment[] deployments = [.. h.Get<SnapshotSource>().Current.Deployments.Values];
        Assert.All(deployments, deployment => Assert.Equal(0, deployment.Limits.OpenReservations));

        IReadOnlyList<CallRoute> routes = h.Router.GetRecentCalls();
        RouteAttempt[] attempts = [.. routes.SelectMany(route => route.Attempts)];
        Assert.Equal(Calls, routes.Count);
        Assert.All(routes, route => Assert.True(route.Attempts.Count(attempt => attempt.Error is null) <= 1, "Only one attempt of a call may win."));
        foreach (Deployment deployment in deployments)
        {
            // What health counted, what the routes list and what the provider saw are the same attempts.
            RouteAttempt[] own = [.. attempts.Where(attempt => attempt.Deployment == deployment.Id)];
            // A caller who leaves in the very moment in which an attempt is opened leaves one that is cancelled before its provider hears of it.
            Assert.InRange(h[deployment.Provider].Calls.Count, own.Count(attempt => attempt.Error is not LlmErrorKind.Cancelled), own.Length);
            Assert.Equal(own.Count(attempt => attempt.Error is null), deployment.Health.Successes);
            Assert.InRange(deployment.Health.Failures, 0, own.Count(attempt => attempt.Error is not null and not LlmErrorKind.Cancelled));
        }

        Assert.Equal(Calls, h.Traces.Spans.Count(span => span.ParentSpanId.IsEmpty));
        Assert.Equal(routes.Sum(route => route.Attempts.Count > 1 ? route.Attempts.Count : 0), h.Traces.Spans.Count(span => !span.ParentSpanId.IsEmpty));
    }

    private static CallHarness Host(Script script) => new(
        llm =>
        {
            llm.AddModelGroup("fast", g =>
            {
                foreach (string name in Names)
                {
                    g.AddDeployment(name + "/m", d =>
                    {
                        d.MaxConcurrency = script.Places;
                        d.RequestsPerMinute = 100;
                    });
                }

                g.Configure(o =>
                {
                    o.Race = script.Shape == 0 ? 2 : null;
                    o.Hedging = script.Shape == 0 ? null : new HedgingOptions { Delay = script.Shape * Step, MaxShare = 1 };
                });
            });
            llm.Configure(o =>
            {
                o.Defaults.MaxAttempts = 5;
                o.Defaults.AttemptTimeout = TimeSpan.FromSeconds(8);
            });
        },
        Names);

    private static void Play(ScriptedCall call, Answer answer) => _ = answer.Outcome switch
    {
        Outcome.Answers => call.Delay(answer.Delay).Stream("one ", "two").Usage(3, 2),
        Outcome.Stalls => call.Delay(answer.Delay).Stream("one ", "two").StallAfter(0),
        Outcome.IsCut => call.Delay(answer.Delay).Stream("one ", "two").CutAfter(1),
        Outcome.IsOverloaded => call.Delay(answer.Delay).Throw(LlmErrorKind.Overloaded, statusCode: 503),
        Outcome.IsRateLimited => call.Delay(answer.Delay).RateLimited(),
        _ => call.Delay(answer.Delay).Throw(LlmErrorKind.InvalidRequest),
    };

    private static async Task<bool> RunAllAsync(CallHarness h, Script script)
    {
        await Task.WhenAll(script.Callers.Select(caller => RunAsync(h, caller)));
        return true;
    }

    private static async Task RunAsync(CallHarness h, Caller caller)
    {
        using CancellationTokenSource source = caller.Patience is { } steps ? new(steps * Step + TimeSpan.FromMilliseconds(1), h.Time) : new();
        try
        {
            if (caller.Streams)
            {
                await h.StreamAsync("fast", source.Token);
            }
            else
            {
                await h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
            }
        }
        catch (LlmException error)
        {
            Assert.NotNull(error.Route);
        }
        catch (OperationCanceledException cancelled)
        {
            Assert.Equal(source.Token, cancelled.CancellationToken);
        }
    }

    private sealed record Answer(Outcome Outcome, TimeSpan Delay);

    /// <summary>How many steps a caller waits; null for as long as it takes.</summary>
    private sealed record Caller(bool Streams, int? Patience);

    /// <summary>Shape 0 is a race; 1 and 2 are hedges after as many steps.</summary>
    private sealed record Script(Answer[][] Answers, Caller[] Callers, int Shape, int Places)
    {
        public string Describe() =>
            $"shape {Shape}, {Places} places, callers {string.Join(", ", Callers.AsEnumerable())}, answers {string.Join(" | ", Answers.Select(own => string.Join<Answer>(", ", own)))}";
    }
}
