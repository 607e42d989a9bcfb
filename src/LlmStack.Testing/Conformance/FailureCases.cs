using System.Globalization;
using static LlmStack.Testing.ConformanceBench;

namespace LlmStack.Testing;

/// <summary>Every failure is the library's exception, with its kind, and never a short answer that looks complete.</summary>
internal static class FailureCases
{
    private static readonly CannedAnswer Answer = new() { Pieces = ["one ", "two ", "three"] };

    private static readonly LlmErrorKind[] Lost = [LlmErrorKind.Network, LlmErrorKind.StreamInterrupted, LlmErrorKind.InvalidResponse];

    public static readonly ConformanceRow[] Rows =
    [
        new("every status has its kind", StatusesAsync) { NeedsHttp = true },
        new("Retry-After is read", RetryAfterAsync) { NeedsHttp = true },
        new("the provider's id of a request is kept", RequestIdAsync) { NeedsHttp = true },
        new("the secret shows up in no exception", SecretAsync) { NeedsHttp = true },
        new("an error inside a successful answer is an error", ErrorInsideAsync) { NeedsHttp = true, Needs = ConformanceFeatures.ErrorInAnswer },
        new("an error inside a stream is an error", ErrorInStreamAsync) { NeedsHttp = true, Needs = ConformanceFeatures.ErrorInStream },
        new("a stream that ends early is an error, wherever it is cut", CutAsync) { NeedsHttp = true, Needs = ConformanceFeatures.TerminalEvent },
        new("an answer that is cut is an error", CutBodyAsync) { NeedsHttp = true },
        new("a page, half a document or nothing is an invalid response", NonsenseAsync) { NeedsHttp = true },
        new("nobody listening is a network error", NobodyAsync) { NeedsHttp = true },
        new("a failed call leaves the provider usable", UsableAsync),
    ];

    private static async Task StatusesAsync(ConformanceBench bench)
    {
        foreach ((int status, LlmErrorKind kind) in bench.Http.StatusKinds)
        {
            ConformanceStage stage = bench.Open(new ConformanceStep { Status = status });
            await using (stage.ConfigureAwait(false))
            {
                await BothAsync(async streaming =>
                {
                    LlmException error = await bench.FailsAsync(() => bench.AskAsync(stage, streaming), $"status {status}").ConfigureAwait(false);
                    Equal(kind, error.Kind, $"kind of status {status}");
                    Equal(status, error.StatusCode, "LlmException.StatusCode");
                    Expect(error.Provider is { Length: > 0 }, "LlmException.Provider must name the provider.");
                }).ConfigureAwait(false);
            }
        }
    }

    private static async Task RetryAfterAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Status = 429, Headers = ["Retry-After: 7"] });
        await using (stage.ConfigureAwait(false))
        {
            LlmException error = await bench.FailsAsync(() => bench.AskAsync(stage, streaming: false), "status 429").ConfigureAwait(false);
            Equal(TimeSpan.FromSeconds(7), error.RetryAfter, "LlmException.RetryAfter");
        }
    }

    private static async Task RequestIdAsync(ConformanceBench bench)
    {
        if (bench.Http.RequestIdHeader is not { } header)
        {
            return;
        }

        ConformanceStage good = bench.Open(new ConformanceStep { Answer = Answer, Headers = [$"{header}: req-77"] });
        await using (good.ConfigureAwait(false))
        {
            await BothAsync(async streaming => Equal("req-77", (await bench.AskAsync(good, streaming).ConfigureAwait(false)).Report.RequestId, "AttemptReport.RequestId")).ConfigureAwait(false);
        }

        ConformanceStage bad = bench.Open(new ConformanceStep { Status = 500, Headers = [$"{header}: req-78"] });
        await using (bad.ConfigureAwait(false))
        {
            LlmException error = await bench.FailsAsync(() => bench.AskAsync(bad, streaming: false), "status 500").ConfigureAwait(false);
            Equal("req-78", error.RequestId, "LlmException.RequestId");
        }
    }

    private static async Task SecretAsync(ConformanceBench bench)
    {
        // FailsAsync looks for the secret in whatever is thrown.
        foreach (int status in (int[])[401, 400, 500])
        {
            ConformanceStage stage = bench.Open(new ConformanceStep { Status = status, ErrorMessage = $"Incorrect API key provided: {bench.Secret}." });
            await using (stage.ConfigureAwait(false))
            {
                await BothAsync(streaming => bench.FailsAsync(() => bench.AskAsync(stage, streaming), $"status {status.ToString(CultureInfo.InvariantCulture)}")).ConfigureAwait(false);
            }
        }
    }

    private static async Task ErrorInsideAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { ErrorInside = true });
        await using (stage.ConfigureAwait(false))
        {
            await bench.FailsAsync(() => bench.AskAsync(stage, streaming: false), "an error inside an answer").ConfigureAwait(false);
        }
    }

    private static async Task ErrorInStreamAsync(ConformanceBench bench)
    {
        foreach (int cut in (int[])[0, 1, 2])
        {
            ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Answer, ErrorInside = true, CutAfter = cut });
            await using (stage.ConfigureAwait(false))
            {
                await bench.FailsAsync(() => bench.AskAsync(stage, streaming: true), $"an error inside a stream after {cut} events").ConfigureAwait(false);
            }
        }
    }

    private static async Task CutAsync(ConformanceBench bench)
    {
        int complete = bench.Http.WriteEvents(Answer).Count - bench.Http.OptionalEvents;
        for (int cut = 0; cut < complete; cut++)
        {
            foreach (bool breaksOff in (bool[])[false, true])
            {
                ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Answer, CutAfter = cut, BreaksOff = breaksOff });
                await using (stage.ConfigureAwait(false))
                {
                    LlmException error = await bench.FailsAsync(() => bench.AskAsync(stage, streaming: true), $"cut after {cut} of {complete} events").ConfigureAwait(false);
                    Expect(Lost.Contains(error.Kind), $"A stream cut after {cut} events is {error.Kind}; expected is one of {string.Join(", ", Lost)}.");
                }
            }
        }
    }

    private static async Task CutBodyAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Answer, BreaksOff = true });
        await using (stage.ConfigureAwait(false))
        {
            LlmException error = await bench.FailsAsync(() => bench.AskAsync(stage, streaming: false), "half an answer").ConfigureAwait(false);
            Expect(Lost.Contains(error.Kind), $"Half an answer is {error.Kind}; expected is one of {string.Join(", ", Lost)}.");
        }
    }

    private static async Task NonsenseAsync(ConformanceBench bench)
    {
        (string Body, string Type)[] bodies = [("", "application/json"), ("<html><body>Bad gateway</body></html>", "text/html"), ("{\"id\":\"x\",", "application/json"), ("null", "application/json"), ("[]", "application/json"), ("{}", "application/json")];
        foreach ((string body, string type) in bodies)
        {
            ConformanceStage stage = bench.Open(new ConformanceStep { RawBody = body, RawContentType = type });
            await using (stage.ConfigureAwait(false))
            {
                await BothAsync(async streaming =>
                {
                    LlmException error = await bench.FailsAsync(() => bench.AskAsync(stage, streaming), $"the body '{body}'").ConfigureAwait(false);
                    Expect(Lost.Contains(error.Kind), $"The body '{body}' is {error.Kind}; expected is InvalidResponse.");
                }).ConfigureAwait(false);
            }
        }
    }

    private static async Task NobodyAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(Answer);
        await stage.DisposeAsync().ConfigureAwait(false);
        await BothAsync(async streaming =>
        {
            LlmException error = await bench.FailsAsync(() => bench.AskAsync(stage, streaming), "nobody is listening").ConfigureAwait(false);
            Equal(LlmErrorKind.Network, error.Kind, "kind");
        }).ConfigureAwait(false);
    }

    private static async Task UsableAsync(ConformanceBench bench)
    {
        int calls = 0;
        ConformanceStage stage = bench.Open(_ => new ConformanceStep { Answer = Answer, Status = Interlocked.Increment(ref calls) % 2 == 1 ? 500 : null });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
            {
                await bench.FailsAsync(() => bench.AskAsync(stage, streaming), "status 500").ConfigureAwait(false);
                Equal("one two three", (await bench.AskAsync(stage, streaming).ConfigureAwait(false)).Text, "text");
            }).ConfigureAwait(false);
        }
    }
}
