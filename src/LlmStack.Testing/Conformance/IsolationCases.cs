using System.Globalization;
using System.Text.Json;
using LlmStack.Providers;
using Microsoft.Extensions.AI;
using static LlmStack.Testing.ConformanceBench;

namespace LlmStack.Testing;

/// <summary>A provider keeps to its contract: arguments stay untouched, calls stay apart, nothing is lost silently.</summary>
internal static class IsolationCases
{
    private const int Parallel = 16;

    public static readonly ConformanceRow[] Rows =
    [
        new("options may be missing", NoOptionsAsync),
        new("an empty text is sent or refused clearly", EmptyAsync),
        new("options and messages are not modified", UntouchedAsync),
        new("options are sent, or their loss is listed", ListedAsync) { NeedsHttp = true },
        new("concurrent calls do not mix", ConcurrentAsync),
        new("services are found by type", ServicesAsync),
    ];

    private static async Task NoOptionsAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new CannedAnswer { Pieces = ["ok"] });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
            {
                Equal("ok", (await bench.AskAsync(stage, streaming, options: null).ConfigureAwait(false)).Text, "text");
                Equal("ok", (await bench.AskAsync(stage, streaming, options: new ChatOptions()).ConfigureAwait(false)).Text, "text");
            }).ConfigureAwait(false);
        }
    }

    private static async Task EmptyAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new CannedAnswer { Pieces = ["ok"] });
        await using (stage.ConfigureAwait(false))
        {
            foreach (ChatMessage[] messages in (ChatMessage[][])[[new(ChatRole.User, "")], [new(ChatRole.User, [])], [new(ChatRole.User, "hi"), new(ChatRole.Assistant, ""), new(ChatRole.User, "there")]])
            {
                try
                {
                    await bench.AskAsync(stage, streaming: false, messages).ConfigureAwait(false);
                }
                catch (LlmException e)
                {
                    Equal(LlmErrorKind.InvalidRequest, e.Kind, "kind of a refused conversation");
                }
            }
        }
    }

    private static async Task UntouchedAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new CannedAnswer { Pieces = ["ok"] });
        await using (stage.ConfigureAwait(false))
        {
            List<ChatMessage> messages =
            [
                new(ChatRole.User, "1"),
                new(ChatRole.Assistant, [new FunctionCallContent("gone", "f", new Dictionary<string, object?> { ["a"] = 1 })]),
                new(ChatRole.User, "2"),
                new(ChatRole.System, "late"),
                new(ChatRole.User, ""),
                new(ChatRole.User, "3"),
            ];
            var options = new ChatOptions
            {
                Temperature = 0.5f,
                MaxOutputTokens = 100,
                StopSequences = ["END"],
                Instructions = "Be brief.",
                AdditionalProperties = new() { ["user"] = "u-1" },
            };
            string before = TextOf(messages) + TextOf(options);
            await BothAsync(async streaming =>
            {
                await bench.AskAsync(stage, streaming, messages, options).ConfigureAwait(false);
                Equal(before, TextOf(messages) + TextOf(options), "messages and options after the call");
            }).ConfigureAwait(false);
        }
    }

    private static async Task ListedAsync(ConformanceBench bench)
    {
        (string Field, string Sent, Action<ChatOptions> Set)[] fields =
        [
            ("temperature", "0.375", static options => options.Temperature = 0.375f),
            ("top_p", "0.625", static options => options.TopP = 0.625f),
            ("top_k", "41", static options => options.TopK = 41),
            ("frequency_penalty", "0.1875", static options => options.FrequencyPenalty = 0.1875f),
            ("presence_penalty", "0.3125", static options => options.PresencePenalty = 0.3125f),
            ("seed", "7654321", static options => options.Seed = 7654321),
            ("max tokens", "4321", static options => options.MaxOutputTokens = 4321),
            ("stop", "HALT-HERE", static options => options.StopSequences = ["HALT-HERE"]),
            ("instructions", "Answer like a pirate", static options => options.Instructions = "Answer like a pirate"),
        ];
        ConformanceStage stage = bench.Open(new CannedAnswer { Pieces = ["ok"] });
        await using (stage.ConfigureAwait(false))
        {
            foreach ((string field, string sent, Action<ChatOptions> set) in fields)
            {
                var options = new ChatOptions();
                set(options);
                ConformanceOutcome outcome = await bench.AskAsync(stage, streaming: false, options: options).ConfigureAwait(false);
                Expect(
                    stage.Requests[^1].Contains(sent, StringComparison.Ordinal) || outcome.Report.Changes is { Count: > 0 },
                    $"{field} was neither sent nor listed in AttemptReport.Changes.");
            }
        }
    }

    private static async Task ConcurrentAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(static request => new ConformanceStep { Answer = new CannedAnswer { Pieces = ["it is ", MarkerIn(request)] } });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
            {
                var asking = new List<Task>();
                for (int i = 0; i < Parallel; i++)
                {
                    string marker = $"marker-{i.ToString("00", CultureInfo.InvariantCulture)}";
                    asking.Add(Task.Run(async () =>
                    {
                        ConformanceOutcome outcome = await bench.AskAsync(stage, streaming, [new ChatMessage(ChatRole.User, marker)]).ConfigureAwait(false);
                        Equal($"it is {marker}", outcome.Text, "text of a concurrent call");
                    }));
                }

                await Task.WhenAll(asking).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
    }

    private static async Task ServicesAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new CannedAnswer { Pieces = ["ok"] });
        await using (stage.ConfigureAwait(false))
        {
            Expect(ReferenceEquals(stage.Provider.GetService(typeof(ILlmProvider)), stage.Provider), "GetService(typeof(ILlmProvider)) must return the provider itself.");
            Expect(stage.Provider.GetService(typeof(ConformanceBench)) is null, "GetService must return null for a type that the provider does not know.");
            Expect(stage.Provider.GetService(typeof(IEmbeddingProvider)) is null or IEmbeddingProvider, "GetService must return an instance of the type that was asked for.");
        }
    }

    private static string MarkerIn(string request)
    {
        int at = request.IndexOf("marker-", StringComparison.Ordinal);
        return at < 0 ? "no marker" : request.Substring(at, "marker-00".Length);
    }

    private static string TextOf<T>(T value) => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T)));
}
