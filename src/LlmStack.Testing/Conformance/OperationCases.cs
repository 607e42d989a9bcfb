using System.Globalization;
using LlmStack.Providers;
using static LlmStack.Testing.ConformanceBench;

namespace LlmStack.Testing;

/// <summary>The operations beside chat keep to the same contract: answers come back whole, failures have their kind, whoever goes away is let go.</summary>
internal static class OperationCases
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static readonly LlmErrorKind[] Lost = [LlmErrorKind.Network, LlmErrorKind.StreamInterrupted, LlmErrorKind.InvalidResponse];

    public static readonly ConformanceRow[] Rows = [.. OperationProbes.All.SelectMany(Of)];

    private static IEnumerable<ConformanceRow> Of(OperationProbe probe)
    {
        yield return Row(probe, "the answer comes back", bench => AnswerAsync(bench, probe, probe.AskAsync));
        yield return Row(probe, "every failure has its kind", bench => FailureAsync(bench, probe)) with { NeedsHttp = true };
        yield return Row(probe, "the request's id and Retry-After are read", bench => FactsAsync(bench, probe)) with { NeedsHttp = true };
        yield return Row(probe, "an answer that is cut is an error", bench => CutAsync(bench, probe)) with { NeedsHttp = true };
        yield return Row(probe, "a page, half a document or nothing is an error", bench => NonsenseAsync(bench, probe)) with { NeedsHttp = true };
        yield return Row(probe, "a call cancelled before it begins sends nothing", bench => BeforeAsync(bench, probe));
        yield return Row(probe, "a call cancelled while it waits ends at once and closes", bench => WaitingAsync(bench, probe));
        yield return Row(probe, "concurrent calls all get their answer", bench => ConcurrentAsync(bench, probe));
        if (probe.Short is { } shorter)
        {
            yield return Row(probe, "an answer that does not fit the request is invalid", bench => MisfitAsync(bench, probe, shorter));
        }

        if (probe.StreamAsync is { } stream)
        {
            yield return Row(probe, "the stream says the same", bench => AnswerAsync(bench, probe, stream));
            yield return Row(probe, "a stream that is cut is an error", bench => CutStreamAsync(bench, probe, stream)) with { NeedsHttp = true };
            yield return Row(probe, "an error inside a stream is an error", bench => ErrorInStreamAsync(bench, probe, stream)) with { NeedsHttp = true, Needs = ConformanceFeatures.ErrorInStream };
        }
    }

    private static ConformanceRow Row(OperationProbe probe, string what, Func<ConformanceBench, Task> run) => new($"{probe.Name}: {what}", run) { Operation = probe.Operation };

    private static ConformanceStep Good(OperationProbe probe) => new() { Operation = probe.Answer };

    private static ProviderCall CallOf(ConformanceBench bench, OperationProbe probe) => bench.Call(bench.Fixture.ModelOf(probe.Operation));

    /// <summary>Runs a case for the whole answer and, where there is one, for the stream.</summary>
    private static async Task EachAsync(OperationProbe probe, Func<bool, Func<ILlmProvider, ProviderCall, CancellationToken, Task<OperationOutcome>>, Task> run)
    {
        await run(false, probe.AskAsync).ConfigureAwait(false);
        if (probe.StreamAsync is { } stream)
        {
            await run(true, stream).ConfigureAwait(false);
        }
    }

    private static async Task AnswerAsync(ConformanceBench bench, OperationProbe probe, Func<ILlmProvider, ProviderCall, CancellationToken, Task<OperationOutcome>> ask)
    {
        ConformanceStage stage = bench.Open(Good(probe));
        await using (stage.ConfigureAwait(false))
        {
            stage.Streaming = ask == probe.StreamAsync;
            ProviderCall call = CallOf(bench, probe);
            OperationOutcome outcome = await ask(stage.Provider, call, CancellationToken.None).ConfigureAwait(false);
            Equal(probe.Expected, outcome.Content, "answer");
            Expect(outcome.Usage?.InputTokenCount is null || outcome.Usage.InputTokenCount == probe.Answer.InputTokens, $"input tokens: expected {probe.Answer.InputTokens} or none, got {outcome.Usage?.InputTokenCount}.");
            Expect(call.Report.RequestSent, "AttemptReport.RequestSent must be set once the request was sent.");
            string sent = string.Join('\n', stage.Requests);
            foreach (string word in probe.Sent)
            {
                Expect(sent.Contains(word, StringComparison.Ordinal), $"'{word}' must be sent.");
            }
        }
    }

    private static async Task FailureAsync(ConformanceBench bench, OperationProbe probe)
    {
        foreach ((int status, LlmErrorKind kind) in bench.Http.StatusKinds)
        {
            ConformanceStage stage = bench.Open(new ConformanceStep { Operation = probe.Answer, Status = status, ErrorMessage = $"It was {bench.Secret}." });
            await using (stage.ConfigureAwait(false))
            {
                await EachAsync(probe, async (streaming, ask) =>
                {
                    stage.Streaming = streaming;
                    LlmException error = await bench.FailsAsync(() => ask(stage.Provider, CallOf(bench, probe), CancellationToken.None), $"status {status.ToString(CultureInfo.InvariantCulture)}").ConfigureAwait(false);
                    Equal(kind, error.Kind, $"kind of status {status.ToString(CultureInfo.InvariantCulture)}");
                    Equal(status, error.StatusCode, "LlmException.StatusCode");
                    Expect(error.Provider is { Length: > 0 }, "LlmException.Provider must name the provider.");
                }).ConfigureAwait(false);
            }
        }
    }

    private static async Task FactsAsync(ConformanceBench bench, OperationProbe probe)
    {
        string[] id = bench.Http.RequestIdHeader is { } header ? [$"{header}: req-77"] : [];
        ConformanceStage good = bench.Open(Good(probe) with { Headers = id });
        await using (good.ConfigureAwait(false))
        {
            await EachAsync(probe, async (streaming, ask) =>
            {
                good.Streaming = streaming;
                ProviderCall call = CallOf(bench, probe);
                await ask(good.Provider, call, CancellationToken.None).ConfigureAwait(false);
                Expect(id.Length == 0 || call.Report.RequestId == "req-77", $"AttemptReport.RequestId: expected 'req-77', got '{call.Report.RequestId}'.");
            }).ConfigureAwait(false);
        }

        ConformanceStage bad = bench.Open(new ConformanceStep { Operation = probe.Answer, Status = 429, Headers = [.. id, "Retry-After: 7"] });
        await using (bad.ConfigureAwait(false))
        {
            LlmException error = await bench.FailsAsync(() => probe.AskAsync(bad.Provider, CallOf(bench, probe), CancellationToken.None), "status 429").ConfigureAwait(false);
            Equal(TimeSpan.FromSeconds(7), error.RetryAfter, "LlmException.RetryAfter");
        }
    }

    private static async Task CutAsync(ConformanceBench bench, OperationProbe probe)
    {
        ConformanceStage stage = bench.Open(Good(probe) with { BreaksOff = true });
        await using (stage.ConfigureAwait(false))
        {
            LlmException error = await bench.FailsAsync(() => probe.AskAsync(stage.Provider, CallOf(bench, probe), CancellationToken.None), "half an answer").ConfigureAwait(false);
            Expect(Lost.Contains(error.Kind), $"Half an answer is {error.Kind}; expected is one of {string.Join(", ", Lost)}.");
        }
    }

    private static async Task CutStreamAsync(ConformanceBench bench, OperationProbe probe, Func<ILlmProvider, ProviderCall, CancellationToken, Task<OperationOutcome>> stream)
    {
        int parts = bench.Http.WriteOperation(probe.Answer, streaming: true).Parts.Count - bench.Http.OptionalEventsOf(probe.Operation);
        for (int cut = 0; cut < parts; cut++)
        {
            ConformanceStage stage = bench.Open(Good(probe) with { CutAfter = cut, BreaksOff = true });
            await using (stage.ConfigureAwait(false))
            {
                stage.Streaming = true;
                string when = $"cut after {cut.ToString(CultureInfo.InvariantCulture)} of {parts.ToString(CultureInfo.InvariantCulture)} parts";
                LlmException error = await bench.FailsAsync(() => stream(stage.Provider, CallOf(bench, probe), CancellationToken.None), when).ConfigureAwait(false);
                Expect(Lost.Contains(error.Kind), $"{when}: the kind is {error.Kind}; expected is one of {string.Join(", ", Lost)}.");
            }
        }
    }

    private static async Task ErrorInStreamAsync(ConformanceBench bench, OperationProbe probe, Func<ILlmProvider, ProviderCall, CancellationToken, Task<OperationOutcome>> stream)
    {
        if (bench.Http.WriteOperation(probe.Answer, streaming: true).MediaType != bench.Http.StreamMediaType)
        {
            // Bare sound, or a whole answer where the model streams none: there is no place for an error.
            return;
        }

        foreach (int cut in (int[])[0, 1])
        {
            ConformanceStage stage = bench.Open(Good(probe) with { CutAfter = cut, ErrorInside = true });
            await using (stage.ConfigureAwait(false))
            {
                stage.Streaming = true;
                await bench.FailsAsync(() => stream(stage.Provider, CallOf(bench, probe), CancellationToken.None), $"an error inside a stream after {cut.ToString(CultureInfo.InvariantCulture)} events").ConfigureAwait(false);
            }
        }
    }

    private static async Task NonsenseAsync(ConformanceBench bench, OperationProbe probe)
    {
        (string Body, string Type)[] bodies = [("", "application/json"), ("<html><body>Bad gateway</body></html>", "text/html"), ("{\"id\":\"x\",", "application/json"), ("null", "application/json"), ("{}", "application/json")];
        foreach ((string body, string type) in bodies)
        {
            ConformanceStage stage = bench.Open(new ConformanceStep { RawBody = body, RawContentType = type });
            await using (stage.ConfigureAwait(false))
            {
                await EachAsync(probe, async (streaming, ask) =>
                {
                    stage.Streaming = streaming;
                    LlmException error = await bench.FailsAsync(() => ask(stage.Provider, CallOf(bench, probe), CancellationToken.None), $"the body '{body}'").ConfigureAwait(false);
                    Expect(Lost.Contains(error.Kind), $"The body '{body}' is {error.Kind}; expected is InvalidResponse.");
                }).ConfigureAwait(false);
            }
        }
    }

    private static async Task BeforeAsync(ConformanceBench bench, OperationProbe probe)
    {
        ConformanceStage stage = bench.Open(Good(probe));
        await using (stage.ConfigureAwait(false))
        {
            var cancelled = new CancellationToken(canceled: true);
            await EachAsync(probe, (streaming, ask) => CancelledAsync(() => ask(stage.Provider, CallOf(bench, probe), cancelled), "cancelled before the call", cancelled)).ConfigureAwait(false);
            Expect(!bench.Fixture.IsHttp || stage.Requests.Count == 0, "Nothing may be sent for a call that is cancelled already.");
        }
    }

    private static Task WaitingAsync(ConformanceBench bench, OperationProbe probe) => EachAsync(probe, async (streaming, ask) =>
    {
        ConformanceStage stage = bench.Open(Good(probe) with { HoldAfter = 0 });
        await using (stage.ConfigureAwait(false))
        {
            stage.Streaming = streaming;
            using var source = new CancellationTokenSource();
            Task<OperationOutcome> asking = Task.Run(() => ask(stage.Provider, CallOf(bench, probe), source.Token), CancellationToken.None);
            await stage.Arrived.WaitAsync(Soon, CancellationToken.None).ConfigureAwait(false);
            await source.CancelAsync().ConfigureAwait(false);
            await CancelledAsync(() => asking.WaitAsync(Soon, CancellationToken.None), "cancelled while waiting", source.Token).ConfigureAwait(false);
            await CancellationCases.ClosedAsync(stage).ConfigureAwait(false);
        }
    });

    private static async Task ConcurrentAsync(ConformanceBench bench, OperationProbe probe)
    {
        ConformanceStage stage = bench.Open(Good(probe));
        await using (stage.ConfigureAwait(false))
        {
            await EachAsync(probe, async (streaming, ask) =>
            {
                stage.Streaming = streaming;
                Task<OperationOutcome>[] asking = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => ask(stage.Provider, CallOf(bench, probe), CancellationToken.None)))];
                foreach (OperationOutcome outcome in await Task.WhenAll(asking).ConfigureAwait(false))
                {
                    Equal(probe.Expected, outcome.Content, "answer of a concurrent call");
                }
            }).ConfigureAwait(false);
        }
    }

    private static async Task MisfitAsync(ConformanceBench bench, OperationProbe probe, CannedOperation shorter)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Operation = shorter });
        await using (stage.ConfigureAwait(false))
        {
            await EachAsync(probe, async (streaming, ask) =>
            {
                stage.Streaming = streaming;
                LlmException error = await bench.FailsAsync(() => ask(stage.Provider, CallOf(bench, probe), CancellationToken.None), "an answer that does not fit the request").ConfigureAwait(false);
                Equal(LlmErrorKind.InvalidResponse, error.Kind, "kind");
            }).ConfigureAwait(false);
        }
    }
}
